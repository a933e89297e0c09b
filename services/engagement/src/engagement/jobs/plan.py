"""When is care planned? All the time: marked customers within a second, everybody once a local day."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.waiting import jitter, pause

log = structlog.get_logger()

POLL_SECONDS: Final = 0.5

PlanPage = Callable[[AsyncConnection], Awaitable[bool]]
"""Plans some customers in a transaction; whether there was anything to do."""


def plan_care(database: Database, plan_page: PlanPage) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that plans."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    planned = await plan_page(connection)
                attempt = 0
                if not planned:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("plan_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run
