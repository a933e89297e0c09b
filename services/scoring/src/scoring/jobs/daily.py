"""When is every customer judged again? Once a local day, shortly after midnight, page by page.

With it the count over the base begins (what is bought together, who recommends, what winning and keeping costs), and
what was buried of the erased after their erasure goes.
"""

import asyncio
from collections.abc import Callable, Coroutine

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.timers import Timer, Timers
from common.waiting import jitter, pause
from scoring.store.ledger import prepare_months
from scoring.store.state_cache import StateCache
from scoring.usecases.ask_base_count import ask_base_count
from scoring.usecases.ask_job import TooManyJobs
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import forget_late_letters
from scoring.usecases.reevaluate_page import REEVALUATE, TIME, plan_day, reevaluate_page

log = structlog.get_logger()


def reevaluate_daily(
    database: Database, deployment: Deployment, cache: StateCache, *, minutes: int
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that plans today and fires what is due; `minutes` after midnight."""

    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        if not timer.payload["after"]:
            await prepare_months(connection)
            if timer.payload["cause"] == TIME and not timer.payload["partition"]:
                await forget_late_letters(connection, deployment)
                await _count_base(connection, deployment)
        await reevaluate_page(connection, timer, deployment=deployment, cache=cache, minutes=minutes)

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    await prepare_months(connection)
                    await plan_day(connection, deployment.today(), deployment=deployment, minutes=minutes)
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("daily_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1
        await Timers(database, {REEVALUATE: fire}).run(stop)

    return run


async def _count_base(connection: AsyncConnection, deployment: Deployment) -> None:
    try:
        await ask_base_count(connection, as_of=None, asked_by="daily", deployment=deployment)
    except TooManyJobs as refused:
        log.warning("base_count_skipped", reason=refused.message)
