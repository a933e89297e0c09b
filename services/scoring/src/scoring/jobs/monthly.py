"""When are thresholds calibrated? On one day of each month, or never; the runs themselves are jobs/runs.py's."""

import asyncio
from collections.abc import Callable, Coroutine

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.timers import Timer, Timers
from common.waiting import jitter, pause
from scoring.usecases.ask_job import TooManyJobs
from scoring.usecases.deployment import Deployment
from scoring.usecases.plan_month import MONTH, begin_month, plan_month

log = structlog.get_logger()


def calibrate_monthly(
    database: Database, deployment: Deployment, *, day_of_month: int, minutes: int
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that plans the next month and fires what is due; day 0: it waits for its end."""

    async def fire(connection: AsyncConnection, _: Timer) -> None:
        try:
            await begin_month(connection, deployment=deployment)
        except TooManyJobs as refused:
            log.warning("month_skipped", reason=refused.message)
        await plan_month(connection, day_of_month=day_of_month, minutes=minutes, deployment=deployment)

    async def run(stop: asyncio.Event) -> None:
        if not day_of_month:
            await stop.wait()
            return
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    await plan_month(connection, day_of_month=day_of_month, minutes=minutes, deployment=deployment)
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("monthly_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1
        await Timers(database, {MONTH: fire}).run(stop)

    return run
