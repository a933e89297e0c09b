"""When is care planned? All the time: marked customers within a second, everybody once a local day."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.waiting import jitter, pause
from engagement.store.plans import database_now
from engagement.usecases.current_policies import Policies
from engagement.usecases.plan_page import plan_page

log = structlog.get_logger()

POLL_SECONDS: Final = 0.5

Clock = Callable[[AsyncConnection], Awaitable[datetime]]
"""What time it is."""


def plan_care(
    database: Database, policies: Policies, zone: ZoneInfo, *, clock: Clock = database_now
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that plans; `zone` is the deployment's."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    now = await clock(connection)
                    planned = await plan_page(connection, policies=policies, zone=zone, now=now)
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
