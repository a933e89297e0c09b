"""Do the customers of each month come back? Counted from everybody's purchase days as of a day."""

import asyncio
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.rules import Rules
from scoring.domain.reports.retention import Buyers, buyers, no_buyers
from scoring.domain.state.arrays import pack
from scoring.domain.state.days import day_number
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """Who bought first and again in the last months, and over all time how many came back."""

    as_of: date
    rules: Rules
    buyers: Buyers


async def report_retention(
    connection: AsyncConnection, *, as_of: date | None, months: int, deployment: Deployment
) -> RetentionReport:
    """Cohorts of the last `months` calendar months up to the day's; by default as of today."""
    day, found = as_of or deployment.today(), no_buyers(months)
    async for page in read_base(connection, deployment=deployment):
        found += await asyncio.to_thread(_of_page, page.bodies, day, months)
    return RetentionReport(as_of=day, rules=await deployment.rules.in_force(connection), buyers=found)


def _of_page(bodies: list[bytes], as_of: date, months: int) -> Buyers:
    return buyers(pack(bodies), day_number(as_of), months)
