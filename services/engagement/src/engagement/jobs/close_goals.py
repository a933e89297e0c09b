"""When is a goal missed? Once its window is over; looked for each minute, by any number of workers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from common.database import Database, is_transient
from common.waiting import jitter, pause
from engagement.store.plans import database_now
from engagement.usecases.deployment import Deployment
from engagement.usecases.note_goals import close_goals

log = structlog.get_logger()

PAGE: Final = 500
POLL_SECONDS: Final = 60.0


def close_missed_goals(database: Database, deployment: Deployment) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The worker's part."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    now = await database_now(connection)
                    closed = await close_goals(connection, limit=PAGE, now=now, partitions=deployment.partitions)
                attempt = 0
                if closed < PAGE:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("close_goals_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run
