"""What do the rules need to judge actions that were decided already? Occasion, playbook, channels left, standing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.candidate import Rules, channels_of, step_of
from engagement.domain.occasion import Occasion
from engagement.domain.playbook import Playbook
from engagement.domain.standing import Standing
from engagement.store.actions import Action, rejected_channels
from engagement.store.contacts import Unions
from engagement.store.decisions import read_occasions
from engagement.usecases.choose_playbooks import choose_playbooks
from engagement.usecases.deployment import Deployment
from engagement.usecases.load_rules import load_rules
from engagement.usecases.load_standings import load_standings


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAction:
    """`channels`: those that have not refused it, the chosen one first. `standing_of`: the canonical customer."""

    id: int
    occasion: Occasion
    playbook: Playbook
    channels: Sequence[str | None]
    standing_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenActions:
    """In the order in which they compete: priority, then when they were planned."""

    actions: Sequence[OpenAction]
    standings: Mapping[str, Standing]
    rules: Rules


async def load_open_actions(
    connection: AsyncConnection, actions: Sequence[Action], unions: Unions, *, deployment: Deployment, now: datetime
) -> OpenActions:
    """Load what belongs to some actions of locked customers."""
    raw = await driver(connection)
    current = await deployment.policies.current(connection)
    stored = await read_occasions(raw, [one.id for one in actions])
    occasions = {id_: one.occasion for id_, one in stored.items()}
    playbooks = await choose_playbooks(connection, list(occasions.values()), deployment.policies)
    rules = await load_rules(connection, current, deployment, now)
    standings = await load_standings(
        connection, unions, answered=playbooks.values(), live=current.playbooks.values(), rules=rules, now=now
    )
    rejected = await rejected_channels(raw, list(occasions))
    opened = [
        OpenAction(
            id=one.id,
            occasion=occasions[one.id],
            playbook=playbooks[one.id],
            channels=_channels_left(one, playbooks[one.id], rejected.get(one.id, ())),
            standing_of=unions.owners[one.customer],
        )
        for one in sorted(actions, key=lambda one: (-one.priority, one.planned_at, one.id))
    ]
    return OpenActions(actions=opened, standings=standings, rules=rules)


def _channels_left(action: Action, playbook: Playbook, rejected: Sequence[str]) -> list[str | None]:
    channels = [action.channel, *channels_of(step_of(playbook, action.step), playbook.purpose)]
    return [one for one in dict.fromkeys(channels) if one not in rejected]
