"""Which decisions were made, with what became of them? A page of the newest, all or one customer's."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.store.answers import AnsweredOccasion, list_answers
from engagement.store.contacts import read_unions


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFilter:
    """None: any. `own`: an id of the customer."""

    own: str | None = None
    state: str | None = None
    decision: str | None = None
    reason: str | None = None


async def list_actions(
    connection: AsyncConnection, wanted: ActionFilter, *, after: int | None, limit: int
) -> list[AnsweredOccasion]:
    """Answered occasions below the number `after`."""
    ids = None if wanted.own is None else list((await read_unions(connection, [wanted.own])).owners)
    return await list_answers(
        connection,
        customers=ids,
        state=wanted.state,
        decision=wanted.decision,
        reason=wanted.reason,
        after=after,
        limit=limit,
    )
