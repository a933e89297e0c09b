"""Which goals did a batch of events meet, and which are missed? care.outcome tells both, in the same transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.events import Event
from engagement.domain.goal import Sign, met_goals, money_of
from engagement.store.contacts import read_unions
from engagement.store.goals import EndedGoal, meet_goals, miss_goals, open_types, read_open_goals
from engagement.store.plans import database_now
from engagement.usecases.publish_care import action_name, care_fact, publish_care

MET: Final = "goal_met"
MISSED: Final = "goal_missed"
GRACE: Final = timedelta(hours=1)
"""A goal stays open so much longer, for events that are still on their way."""


async def note_goals(connection: AsyncConnection, events: Iterable[Event], *, partitions: int) -> None:
    """Close the goals that some events met."""
    types = await open_types(connection)
    told = [event for event in events if event.type in types]
    if not told:
        return
    owners = (await read_unions(connection, {event.subject for event in told})).owners
    goals = await read_open_goals(connection, owners, {event.type for event in told})
    met = met_goals(goals, [_sign(event, owners[event.subject]) for event in told]) if goals else {}
    if met:
        now = await database_now(connection)
        await _tell(connection, await meet_goals(connection, met, now=now), MET, now=now, partitions=partitions)


async def close_goals(connection: AsyncConnection, *, limit: int, now: datetime, partitions: int) -> int:
    """Close goals whose window is over; how many."""
    missed = await miss_goals(connection, before=now - GRACE, limit=limit, now=now)
    await _tell(connection, missed, MISSED, now=now, partitions=partitions)
    return len(missed)


def _sign(event: Event, customer: str) -> Sign:
    amount_minor, currency = money_of(event.data)
    return Sign(customer=customer, type=event.type, at=event.time, amount_minor=amount_minor, currency=currency)


async def _tell(
    connection: AsyncConnection, ended: Sequence[EndedGoal], outcome: str, *, now: datetime, partitions: int
) -> None:
    facts = [
        care_fact(
            one,
            "care.outcome",
            f"{action_name(one.id)}:{outcome}",
            outcome=outcome,
            amount_minor=one.amount_minor,
            currency=one.currency,
        )
        for one in ended
    ]
    await publish_care(connection, facts, at=now, partitions=partitions)
