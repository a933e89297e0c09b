"""How does a quality run begin? As a long run that judges everybody as of a past day and looks at what they did."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.counted import counted
from scoring.store.jobs import Job
from scoring.usecases.ask_calibration import DayNotOver
from scoring.usecases.ask_job import ask_job
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_job import find_job

QUALITY: Final = "quality"


async def ask_quality(
    connection: AsyncConnection,
    *,
    as_of: date | None,
    horizon_days: int | None,
    asked_by: str,
    deployment: Deployment,
) -> Job:
    """The queued run; without a horizon that of churn risk, without a day the latest whose horizon is over.

    Raises DayNotOver, TooManyJobs.
    """
    rules = await deployment.rules.in_force(connection)
    horizon = horizon_days or rules.policy.churn.horizon_days
    latest = deployment.today() - timedelta(days=horizon)
    day = as_of or latest
    if day > latest:
        raise DayNotOver(
            f"What happens in the {counted(horizon, 'day', 'days')} after {day} is not known yet: choose as_of "
            f"{latest} or earlier, or a shorter horizon_days.",
            field="as_of",
        )
    params = {"as_of": day.isoformat(), "horizon_days": horizon}
    return await find_job(connection, await ask_job(connection, QUALITY, params, asked_by=asked_by))
