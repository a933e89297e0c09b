"""Which playbook does each occasion follow? The version that noticed it; an operator's own action brings its own.

A playbook that was switched off since stops its occasions; one that cannot be read any more does so too.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.condition import All
from engagement.domain.occasion import Occasion
from engagement.domain.own_action import OPERATOR, playbook_of
from engagement.domain.playbook import ActionKind, Playbook, Purpose, Step
from engagement.usecases.current_policies import Policies


async def choose_playbooks(
    connection: AsyncConnection, occasions: Sequence[Occasion], policies: Policies
) -> dict[int, Playbook]:
    """Occasion id -> playbook, for stored occasions."""
    live = (await policies.current(connection)).playbooks
    wanted = {(one.playbook, one.version) for one in occasions if one.playbook != OPERATOR}
    versions = await policies.playbooks_as_of(connection, wanted)
    chosen: dict[int, Playbook] = {}
    for one in occasions:
        if one.id is not None:
            chosen[one.id] = _playbook(one, versions.get((one.playbook, one.version)), live.get(one.playbook))
    return chosen


def _playbook(occasion: Occasion, version: Playbook | None, live: Playbook | None) -> Playbook:
    if occasion.playbook == OPERATOR:
        return playbook_of(occasion.facts, valid_for=occasion.valid_until - occasion.due_at)
    if version is None or occasion.step not in {step.index for step in version.steps}:
        return _gone(occasion)
    return version if live is None or live.enabled else replace(version, enabled=False)


def _gone(occasion: Occasion) -> Playbook:
    step = Step(index=occasion.step, kind=ActionKind.MESSAGE, after=timedelta(), unless=(), template="")
    return Playbook(
        name=occasion.playbook,
        version=occasion.version,
        purpose=Purpose.CARE,
        priority=0,
        when=(),
        conditions=All(),
        steps=(step,),
        valid_for=timedelta(),
        enabled=False,
    )
