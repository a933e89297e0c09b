"""Which share of the money do the best customers bring? Stored, or recomputed for a day.

Needs every customer's money at once: 8 bytes each, beside one page of states.
"""

import asyncio
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.decay import Ints
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.pareto import Pareto, pareto
from scoring.domain.rfm import money_in_window
from scoring.domain.state.arrays import pack
from scoring.domain.state.days import day_number
from scoring.store.base_counts import read_money
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoReport:
    """How money is spread, as of a day."""

    as_of: date
    rules: Rules
    pareto: Pareto


async def report_pareto(connection: AsyncConnection, *, as_of: date | None, deployment: Deployment) -> ParetoReport:
    """The true share of the top fifth by 12-month net money, beside the frozen cut-off of key accounts."""
    rules = await deployment.rules.in_force(connection)
    parts = [np.zeros(0, dtype=np.int64)]
    days = [] if as_of is None else [as_of]
    if as_of is None:
        async for day, money in read_money(connection, partitions=deployment.partitions):
            days.append(day)
            parts.append(np.array(money, dtype=np.int64))
    else:
        parts += [
            await asyncio.to_thread(_of_page, page.bodies, as_of, rules)
            async for page in read_base(connection, deployment=deployment)
        ]
    whole = np.concatenate(parts)
    found = await asyncio.to_thread(pareto, whole, rules.thresholds.key_account_minor)
    return ParetoReport(as_of=min(days, default=deployment.today()), rules=rules, pareto=found)


def _of_page(bodies: list[bytes], as_of: date, rules: Rules) -> Ints:
    return money_in_window(pack(bodies), day_number(as_of), rules.policy.rfm_window_days)
