"""Has the event that a reader just sent taken effect? Looks again and again until it has, or time is over."""

import asyncio
from typing import Final

from common.database import Database
from common.errors import Malformed
from scoring.store.timeline import is_recorded

POLL_SECONDS: Final = 0.03


class EventUnnamed(Malformed):
    """wait_for names no event."""

    code = "event_unnamed"


async def wait_for_event(database: Database, named: str, *, seconds: float) -> bool:
    """Whether SOURCE/EVENT_ID (split at the last slash) took effect within the time. Raises EventUnnamed."""
    source, slash, id_ = named.rpartition("/")
    if not (source and slash and id_):
        raise EventUnnamed("Write wait_for as SOURCE/EVENT_ID, for example wait_for=shop/o-1001.")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        async with database.transaction() as connection:
            if await is_recorded(connection, source=source, id_=id_):
                return True
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(min(POLL_SECONDS, max(0.0, deadline - loop.time())))
