"""How does a calibration begin? As a long run that walks the base twice: to measure it, and to see who would move."""

from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from scoring.store.jobs import Job
from scoring.usecases.ask_job import ask_job
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_job import find_job

CALIBRATE: Final = "calibrate"


class DayNotOver(Malformed):
    """What is asked for has not happened yet."""

    code = "day_not_over"


async def ask_calibration(
    connection: AsyncConnection, *, as_of: date | None, dry_run: bool, asked_by: str, deployment: Deployment
) -> Job:
    """The queued run; without a day as of today. Raises DayNotOver, TooManyJobs."""
    today = deployment.today()
    day = as_of or today
    if day > today:
        raise DayNotOver(f"{day} is not over: choose {today} or an earlier day.", field="as_of")
    params = {"as_of": day.isoformat(), "dry_run": dry_run}
    return await find_job(connection, await ask_job(connection, CALIBRATE, params, asked_by=asked_by))
