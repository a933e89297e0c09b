"""What becomes of actions that wait when something is heard of their customer? (care-model.md section 10)

A consent taken back: the next consented channel, else cancelled `no_consent`. A case opened: marketing, research and
cheerful care cancelled `open_case`. A merge: of duplicates the smaller id stays. An erasure: cancelled `suppressed`,
texts nulled. An event of `stop_on`: cancelled `stopped`. Called in the consumer's transaction after the mirror.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import IDENTITY_FACTS
from common.database import driver
from common.events import Event, is_from_service
from engagement.domain.arbiter import Decision, review
from engagement.domain.playbook import Playbook
from engagement.domain.reasons import Answer
from engagement.store.actions import Action, lock_open, move_actions, with_open_actions
from engagement.store.contacts import Unions, lock_customers, read_unions
from engagement.store.erasure import null_texts
from engagement.usecases.deployment import Deployment
from engagement.usecases.end_actions import end_actions, skipped
from engagement.usecases.load_open_actions import OpenActions, load_open_actions

ERASED: Final = "customer.erased"
_SERVICE_FACTS: Final = frozenset({*IDENTITY_FACTS, ERASED, "case.opened"})
_ALWAYS: Final = frozenset({"consent.withdrawn", "profile.updated", "complaint.made", "survey.answered"})
_CLOCK = text("SELECT now()")


async def review_waiting(
    connection: AsyncConnection, events: Sequence[Event], *, deployment: Deployment, now: datetime | None = None
) -> None:
    """Review the actions that wait for the customers of a batch. `now`: the database's clock, unless a test sets it."""
    current = await deployment.policies.current(connection)
    types = _ALWAYS | _stopping(current.playbooks.values())
    subjects = {one.subject for one in events if one.type in types}
    locked = {one.subject for one in events if one.type in _SERVICE_FACTS and is_from_service(one)}
    locked |= {one.subject for one in events if one.type == "consent.withdrawn"}
    if not subjects | locked:
        return
    raw = await driver(connection)
    owners = (await read_unions(connection, subjects | locked)).owners
    waiting = await with_open_actions(raw, owners)
    if not waiting | locked:
        return
    unions = await lock_customers(connection, waiting | locked)
    erased = {one.subject for one in events if one.type == ERASED and is_from_service(one)}
    await null_texts(raw, erased)
    actions = await lock_open(raw, unions.owners)
    if actions:
        at: datetime = now or (await connection.execute(_CLOCK)).scalar_one()
        await _apply(connection, actions, unions, deployment=deployment, now=at)


def _stopping(playbooks: Iterable[Playbook]) -> set[str]:
    """The event types that stop some playbook's actions."""
    return {
        type_
        for playbook in playbooks
        for type_ in (*playbook.stop_on, *(name for step in playbook.steps for name in step.unless))
    }


async def _apply(
    connection: AsyncConnection, actions: Sequence[Action], unions: Unions, *, deployment: Deployment, now: datetime
) -> None:
    opened = await load_open_actions(connection, actions, unions, deployment=deployment, now=now)
    answers = _answers(opened, now)
    await end_actions(connection, skipped(actions, answers), at=now, partitions=deployment.partitions)
    moved = {
        one.id: (now, answers[one.id].channel, answers[one.id].template or one.template)
        for one in actions
        if answers[one.id].answer is Answer.SEND and answers[one.id].channel != one.channel
    }
    await move_actions(await driver(connection), moved)


def _answers(opened: OpenActions, now: datetime) -> dict[int, Decision]:
    return {
        one.id: review(
            one.occasion, one.playbook, opened.standings[one.standing_of], opened.rules, now, channels=one.channels
        )
        for one in opened.actions
    }
