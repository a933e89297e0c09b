"""What came of some tries? The attempt's outcome, the action's next state, and care.sent or care.failed, at once."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.candidate import step_of
from engagement.domain.delivery import Outcome, Rejected, Unknown
from engagement.domain.next_state import Next, after_try
from engagement.domain.playbook import Playbook
from engagement.domain.reachability import Channel
from engagement.domain.retry_schedule import SCHEDULE
from engagement.store.decisions import read_occasions
from engagement.store.deliveries import Delivery, refused_by
from engagement.store.delivery_outcomes import Told, finish_attempts, lock_lost
from engagement.usecases.change_channel import switch_off
from engagement.usecases.choose_playbooks import choose_playbooks
from engagement.usecases.current_policies import Current
from engagement.usecases.deployment import Deployment
from engagement.usecases.publish_care import CareFact, action_name, care_fact, failed_fact, publish_care

PERSONAL: Final = frozenset({"wecom", "phone"})
"""Channels on which a named person writes or speaks."""

UNSENT: Final = frozenset({"failed", "unknown", "cancelled", "expired"})
LOST: Final = "its sender ended before the answer came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A try whose outcome is known. `repeats_are_dropped`: as its lane says."""

    delivery: Delivery
    number: int
    outcome: Outcome
    repeats_are_dropped: bool


async def record_deliveries(
    connection: AsyncConnection, tried: Sequence[Tried], deployment: Deployment, *, now: datetime
) -> None:
    """Write the outcomes of some tries and publish what ended."""
    if not tried:
        return
    current = await deployment.policies.current(connection)
    playbooks = await _playbooks(connection, [one.delivery.id for one in tried], deployment)
    refused = await refused_by(connection, [one.delivery.id for one in tried])
    told = []
    for one in tried:
        schedule = _schedule(current, one.delivery.channel)
        following = after_try(
            one.outcome,
            schedule=schedule,
            channel_tries=one.delivery.channel_tries + 1,
            repeats_are_dropped=one.repeats_are_dropped,
            next_channel=_next_channel(one.delivery, playbooks[one.delivery.id], refused.get(one.delivery.id, set())),
            draw=random.random(),  # noqa: S311 - jitter
        )
        told.append(_told(one, following))
    moved = await finish_attempts(connection, told, now=now)
    for one in tried:
        if isinstance(one.outcome, Rejected) and one.outcome.disables and one.delivery.channel is not None:
            await switch_off(connection, one.delivery.channel)
    await publish_care(connection, _facts(moved), at=now, partitions=deployment.partitions)


async def reclaim_deliveries(connection: AsyncConnection, deployment: Deployment, *, limit: int, now: datetime) -> int:
    """Record the tries whose sender ended: nobody knows what came of them. How many."""
    lost = await lock_lost(connection, limit, now=now)
    channels = (await deployment.policies.current(connection)).contact.channels
    tried = [
        Tried(
            delivery=_before(one),
            number=one.attempts,
            outcome=Unknown(detail=LOST),
            repeats_are_dropped=_repeats_are_dropped(channels.get(one.channel or "")),
        )
        for one in lost
    ]
    await record_deliveries(connection, tried, deployment, now=now)
    return len(lost)


def _repeats_are_dropped(channel: Channel | None) -> bool:
    return channel is not None and channel.repeats_are_dropped


def _before(one: Delivery) -> Delivery:
    """The action as it was before the try that is being recorded."""
    return Delivery(**(asdict(one) | {"attempts": one.attempts - 1, "channel_tries": one.channel_tries - 1}))


async def _playbooks(connection: AsyncConnection, ids: Sequence[int], deployment: Deployment) -> dict[int, Playbook]:
    """Action id -> what it follows."""
    stored = await read_occasions(await driver(connection), ids)
    return await choose_playbooks(connection, [one.occasion for one in stored.values()], deployment.policies)


def _next_channel(one: Delivery, playbook: Playbook, refused: set[str]) -> str | None:
    """The first channel of the step that has not rejected the action; whether it may be used is checked anew."""
    channels = step_of(playbook, one.step).channels
    return next((channel for channel in channels if channel != one.channel and channel not in refused), None)


def _schedule(current: Current, channel: str | None) -> Sequence[timedelta]:
    known = current.contact.channels.get(channel or "")
    return SCHEDULE if known is None else known.settings.schedule


def _told(one: Tried, following: Next) -> Told:
    return Told(id=one.delivery.id, number=one.number, **asdict(following))


def _facts(moved: Sequence[Delivery]) -> list[CareFact]:
    """care.sent of what was sent, care.failed of what ended unsent."""
    facts = [sent_fact(one) for one in moved if one.state == "sent"]
    return facts + [failed_fact(one, state=one.state, reason=one.reason or "") for one in moved if one.state in UNSENT]


def sent_fact(one: Delivery) -> CareFact:
    """care.sent: a channel accepted it, or staff confirmed it."""
    return care_fact(
        one,
        "care.sent",
        f"{action_name(one.id)}:sent",
        channel=one.channel,
        personal=one.channel in PERSONAL,
        template=one.template,
        staff_id=one.staff_id,
    )
