"""What becomes of actions that may not go out any more? They end cancelled or expired, tasks with them; all is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.arbiter import Decision
from engagement.domain.reasons import Answer, Reason
from engagement.store import actions as store
from engagement.store.actions import Action
from engagement.usecases.publish_care import failed_fact, publish_care


def skipped(actions: Sequence[Action], answers: Mapping[int, Decision]) -> dict[Action, Reason]:
    """The actions whose answer is skip, with its reason."""
    told = {one: answers[one.id] for one in actions if answers[one.id].answer is Answer.SKIP}
    return {one: decision.reason for one, decision in told.items() if decision.reason is not None}


async def end_actions(
    connection: AsyncConnection, ended: Mapping[Action, Reason], *, at: datetime, partitions: int
) -> None:
    """End actions that are locked, each with its reason; care.failed is queued."""
    states = {one: "expired" if reason is Reason.EXPIRED else "cancelled" for one, reason in ended.items()}
    raw = await driver(connection)
    await store.end_actions(raw, {one.id: (states[one], reason) for one, reason in ended.items()})
    facts = [failed_fact(one, state=states[one], reason=reason) for one, reason in ended.items()]
    await publish_care(connection, facts, at=at, partitions=partitions)
