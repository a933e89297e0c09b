"""How do stage and segment go together over the whole base? Stored, or recomputed for a day."""

import asyncio
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.card import score
from scoring.domain.decay import Ints
from scoring.domain.policy.policy import SEGMENTS, STAGES
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.lifecycle_matrix import Cell, cells, lifecycle, no_customers
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import day_number
from scoring.store.base_counts import count_lifecycle
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleReport:
    """All cells, the furthest stage and the highest segment first."""

    as_of: date
    rules: Rules
    cells: list[Cell]


async def report_lifecycle(
    connection: AsyncConnection, *, as_of: date | None, deployment: Deployment
) -> LifecycleReport:
    """Customers and 12-month net money by stage and segment; without a day from each one's last evaluation."""
    rules, table = await deployment.rules.in_force(connection), no_customers()
    if as_of is None:
        day, stored = await count_lifecycle(connection)
        for one in stored:
            table[:, STAGES.index(one.stage), SEGMENTS.index(one.segment)] = one.customers, one.monetary_minor
        return LifecycleReport(as_of=day or deployment.today(), rules=rules, cells=cells(table))
    async for page in read_base(connection, deployment=deployment):
        table += await asyncio.to_thread(_of_page, page.bodies, as_of, rules)
    return LifecycleReport(as_of=as_of, rules=rules, cells=cells(table))


def _of_page(bodies: list[bytes], as_of: date, rules: Rules) -> Ints:
    arrays = pack(bodies)
    columns = score(arrays, as_of, rules.policy, rules.thresholds)
    known = np.flatnonzero(known_on(arrays, day_number(as_of)))
    return lifecycle(columns.stage[known], columns.segment[known], columns.monetary_minor[known])
