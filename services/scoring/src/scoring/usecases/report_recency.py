"""How long ago did customers last buy, and for which key accounts is it getting late? Stored, or for a day."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.key_account import key_account
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.recency_histogram import FIRST_DAYS, Bin, Histogram, bins, histogram, nobody, risks, warned
from scoring.domain.rfm import days_idle, money_in_window
from scoring.domain.state.arrays import pack
from scoring.domain.state.days import day_number
from scoring.store.base_counts import RecencyCount, count_recency, read_at_stake
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import BasePage, read_base, read_some

MOST_WARNINGS: Final = 100
MOST_LOOKED_AT: Final = 2_000
"""Of the stored key accounts whose risk is at least medium, those with most money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A key account whose churn risk rose."""

    customer: str
    recency_days: int
    monetary_minor: int
    churn_risk: float
    churn_risk_before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecencyReport:
    """Bins, the most recent first; at most MOST_WARNINGS warnings, those with most money first."""

    as_of: date
    rules: Rules
    bins: list[Bin]
    warnings: list[Warned]


async def report_recency(connection: AsyncConnection, *, as_of: date | None, deployment: Deployment) -> RecencyReport:
    """The histogram and the early warnings; without a day from each customer's last evaluation."""
    rules, warnings = await deployment.rules.in_force(connection), list[Warned]()
    if as_of is None:
        day, stored = await count_recency(connection, FIRST_DAYS)
        as_of, found = day or deployment.today(), _of_stored(stored)
        named = await read_at_stake(connection, risk=rules.policy.churn.low_below, limit=MOST_LOOKED_AT)
        page = await read_some(connection, named, deployment=deployment)
        warnings = (await asyncio.to_thread(_of_page, page, as_of, rules))[1]
    else:
        found = nobody()
        async for page in read_base(connection, deployment=deployment):
            more, late = await asyncio.to_thread(_of_page, page, as_of, rules)
            found, warnings = found + more, _most_money([*warnings, *late])
    return RecencyReport(as_of=as_of, rules=rules, bins=bins(found), warnings=_most_money(warnings))


def _of_stored(counts: list[RecencyCount]) -> Histogram:
    found = nobody()
    for one in counts:
        found.customers[one.bin - 1], found.money[one.bin - 1] = one.customers, one.monetary_minor
        found.risk[one.bin - 1] = one.churn_risk
    return found


def _of_page(page: BasePage, as_of: date, rules: Rules) -> tuple[Histogram, list[Warned]]:
    arrays, day = pack(page.bodies), day_number(as_of)
    idle, money = days_idle(arrays, day), money_in_window(arrays, day, rules.policy.rfm_window_days)
    now, before, comparable = risks(arrays, day, rules)
    bought = idle >= 0
    late = warned(now, before, comparable, key_account(money, rules.thresholds), rules)
    warnings = [
        Warned(
            customer=page.customers[at],
            recency_days=int(idle[at]),
            monetary_minor=int(money[at]),
            churn_risk=float(now[at]),
            churn_risk_before=float(before[at]),
        )
        for at in late.tolist()
    ]
    return histogram(idle[bought], money[bought], now[bought]), warnings


def _most_money(warnings: list[Warned]) -> list[Warned]:
    return sorted(warnings, key=lambda one: (-one.monetary_minor, one.customer))[:MOST_WARNINGS]
