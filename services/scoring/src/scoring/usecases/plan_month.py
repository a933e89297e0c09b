"""When is the base calibrated without anybody asking? Once a month, at night, as of the day before.

A month is a timer of its own (common.timers), so each is asked once, however many workers there are. First what is in
force is judged by what customers did (a quality run, with its drift alarm), then new thresholds are found.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.timers import plan
from scoring.usecases.ask_calibration import ask_calibration
from scoring.usecases.ask_quality import ask_quality
from scoring.usecases.deployment import Deployment

MONTH: Final = "calibrate_month"
BY: Final = "schedule"


async def plan_month(connection: AsyncConnection, *, day_of_month: int, minutes: int, deployment: Deployment) -> None:
    """Plan this month's calibration if its day is still to come, and the next month's, `minutes` after midnight.

    What was done stays done, so that another day of the month may be chosen at any time.
    """
    today = deployment.today()
    for month in (today.replace(day=1), (today.replace(day=1) + timedelta(days=31)).replace(day=1)):
        day = month.replace(day=day_of_month)
        if day > today:
            due_at = datetime.combine(day, time(), tzinfo=deployment.zone) + timedelta(minutes=minutes)
            await plan(connection, kind=MONTH, key=_key(day), due_at=due_at)


def _key(day: date) -> str:
    return f"{day:%Y-%m}"


async def begin_month(connection: AsyncConnection, *, deployment: Deployment) -> None:
    """Ask for both runs, of days that are over. Raises TooManyJobs."""
    yesterday = deployment.today() - timedelta(days=1)
    horizon = (await deployment.rules.in_force(connection)).policy.churn.horizon_days
    judged_on = yesterday - timedelta(days=horizon)
    await ask_quality(connection, as_of=judged_on, horizon_days=horizon, asked_by=BY, deployment=deployment)
    await ask_calibration(connection, as_of=yesterday, dry_run=False, asked_by=BY, deployment=deployment)
