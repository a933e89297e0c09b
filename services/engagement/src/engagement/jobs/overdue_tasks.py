"""When is a task missed? As soon as its due instant passed by the database's clock."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

import structlog

from common.database import Database, is_transient
from common.waiting import jitter, pause
from engagement.store.plans import database_now
from engagement.usecases.deployment import Deployment
from engagement.usecases.miss_tasks import miss_tasks

log = structlog.get_logger()

POLL_SECONDS: Final = 5.0
CLAIM_TASKS: Final = 200


def miss_overdue_tasks(
    database: Database, deployment: Deployment
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that looks for overdue tasks."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    now = await database_now(connection)
                    missed = await miss_tasks(connection, deployment=deployment, limit=CLAIM_TASKS, now=now)
                attempt = 0
                if not missed:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("overdue_tasks_retry", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run
