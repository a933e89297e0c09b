"""Is this event on the ledger, and what does it say?"""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from scoring.store.timeline import LedgerEvent, find_event


class EventUnknown(Absent):
    """The ledger does not hold the event."""

    code = "unknown_event"


async def read_event(connection: AsyncConnection, *, source: str, id_: str) -> LedgerEvent:
    """The event. Raises EventUnknown."""
    found = await find_event(connection, source=source, id_=id_)
    if found is None:
        raise EventUnknown(
            f"No event {source[:80]}/{id_[:80]} was applied: if it was sent just now, ask again in a second."
        )
    return found
