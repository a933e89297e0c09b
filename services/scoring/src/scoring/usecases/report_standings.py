"""How many customers are in each segment, tier or stage, and what are they worth? Stored, or recomputed for a day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.card import score
from scoring.domain.decay import Ints
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.policy.rules import Rules
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import day_number
from scoring.store.standings import Count, Dimension, count_standings
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base

VALUES: Final[dict[Dimension, Sequence[str]]] = {"segment": SEGMENTS, "tier": TIERS, "stage": STAGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every value of the dimension, highest first."""

    as_of: date
    rules: Rules
    counts: list[Count]


async def report_standings(
    connection: AsyncConnection, dimension: Dimension, *, as_of: date | None, deployment: Deployment
) -> Report:
    """Counts and 12-month net money by value; without a day from the last evaluation of each customer.

    A past day counts the customers of whom anything was known by then.
    """
    rules = await deployment.rules.in_force(connection)
    if as_of is None:
        day, stored = await count_standings(connection, dimension)
        found = {count.value: count for count in stored}
        as_of = day or deployment.today()
    else:
        found = await _recount(connection, dimension, as_of=as_of, rules=rules, deployment=deployment)
    return Report(
        as_of=as_of,
        rules=rules,
        counts=[
            found.get(value, Count(value=value, customers=0, monetary_minor=0)) for value in reversed(VALUES[dimension])
        ],
    )


async def _recount(
    connection: AsyncConnection, dimension: Dimension, *, as_of: date, rules: Rules, deployment: Deployment
) -> dict[str, Count]:
    totals = np.zeros((2, len(VALUES[dimension])), dtype=np.int64)
    async for page in read_base(connection, deployment=deployment):
        totals += await asyncio.to_thread(_of_page, page.bodies, dimension, as_of, rules)
    return {
        value: Count(value=value, customers=customers, monetary_minor=money)
        for value, customers, money in zip(VALUES[dimension], *totals.tolist(), strict=True)
    }


def _of_page(bodies: list[bytes], dimension: Dimension, as_of: date, rules: Rules) -> Ints:
    """Customers and their money by value."""
    arrays = pack(bodies)
    columns = score(arrays, as_of, rules.policy, rules.thresholds)
    known = np.flatnonzero(known_on(arrays, day_number(as_of)))
    shown = {"segment": columns.segment, "tier": columns.tier, "stage": columns.stage}[dimension][known]
    totals = np.zeros((2, len(VALUES[dimension])), dtype=np.int64)
    np.add.at(totals[0], shown, 1)
    np.add.at(totals[1], shown, columns.monetary_minor[known])
    return totals
