"""How does a count over the base begin? As a long run as of a day, daily by itself or when it is asked for."""

from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.jobs import Job
from scoring.usecases.ask_calibration import DayNotOver
from scoring.usecases.ask_job import ask_job
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_job import find_job

BASE_COUNT: Final = "base_count"


async def ask_base_count(
    connection: AsyncConnection, *, as_of: date | None, asked_by: str, deployment: Deployment
) -> Job:
    """The queued run; without a day as of today. Raises DayNotOver, TooManyJobs."""
    day = as_of or deployment.today()
    if day > deployment.today():
        raise DayNotOver(f"{day} is not over yet: choose as_of {deployment.today()} or earlier.", field="as_of")
    params = {"as_of": day.isoformat()}
    return await find_job(connection, await ask_job(connection, BASE_COUNT, params, asked_by=asked_by))
