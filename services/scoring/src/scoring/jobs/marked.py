"""When are marked customers judged again? As soon as their partition's owner looks, several times a second."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

import structlog

from common.database import Database, is_transient
from common.waiting import jitter, pause
from scoring.store.state_cache import StateCache
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_marked import judge_marked

log = structlog.get_logger()

POLL_SECONDS: Final = 0.2


def judge_marked_customers(
    database: Database, deployment: Deployment, cache: StateCache
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that looks."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    taken = await judge_marked(connection, deployment=deployment, cache=cache)
                attempt = 0
                if not taken:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("marked_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run
