"""When are occasions decided? As soon as they are due by the database's clock; any number of workers share them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

import structlog

from common.database import Database, is_transient
from common.waiting import jitter, pause
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment

log = structlog.get_logger()

POLL_SECONDS: Final = 0.3
CLAIM_OCCASIONS: Final = 200


def decide_due_occasions(
    database: Database, deployment: Deployment
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that decides."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    decided = await decide_occasions(connection, deployment=deployment, limit=CLAIM_OCCASIONS)
                attempt = 0
                if not decided:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("decide_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run
