"""Who moved between two days, up or down, by tier or stage? Both days are recomputed from the same states."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from scoring.domain.card import score
from scoring.domain.decay import Ints
from scoring.domain.policy.policy import STAGES, TIERS
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.flow import Flow, moves, no_moves, summary
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import day_number
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base

FlowDimension = Literal["tier", "stage"]
PLACES: Final[dict[FlowDimension, tuple[str, ...]]] = {"tier": TIERS, "stage": STAGES}
DEFAULT_DAYS: Final = 30


class FlowBackwards(Malformed):
    """The first day does not lie before the second."""

    code = "flow_backwards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Customers who stood in one place and then in another; `before` None: they arrived. Money as of the second day."""

    before: str | None
    after: str
    customers: int
    monetary_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReport:
    """Every move that anybody made, staying included; the highest place before first, arrivals last."""

    start: date
    as_of: date
    rules: Rules
    moves: list[Move]
    flow: Flow
    is_alarm: bool


async def report_flow(
    connection: AsyncConnection,
    dimension: FlowDimension,
    *,
    start: date | None,
    end: date | None,
    deployment: Deployment,
) -> FlowReport:
    """From the first day to the second; by default the 30 days up to today. Raises FlowBackwards."""
    end = end or deployment.today()
    start = start or end - timedelta(days=DEFAULT_DAYS)
    if start >= end:
        raise FlowBackwards("`from` must be a day before `to`: try ?from=2026-01-01&to=2026-01-31.", field="from")
    rules, places = await deployment.rules.in_force(connection), PLACES[dimension]
    table = no_moves(len(places))
    async for page in read_base(connection, deployment=deployment):
        table += await asyncio.to_thread(_of_page, page.bodies, dimension, start, end, rules)
    found = summary(table)
    return FlowReport(
        start=start,
        as_of=end,
        rules=rules,
        moves=_named(table, places),
        flow=found,
        is_alarm=found.falls_share > rules.policy.reports.falls_alarm_share,
    )


def _of_page(bodies: list[bytes], dimension: FlowDimension, start: date, end: date, rules: Rules) -> Ints:
    arrays = pack(bodies)
    before, after = (score(arrays, day, rules.policy, rules.thresholds) for day in (start, end))
    return moves(
        before.tier if dimension == "tier" else before.stage,
        after.tier if dimension == "tier" else after.stage,
        known_before=known_on(arrays, day_number(start)),
        known_after=known_on(arrays, day_number(end)),
        monetary_minor=after.monetary_minor,
        places=len(PLACES[dimension]),
    )


def _named(table: Ints, places: tuple[str, ...]) -> list[Move]:
    return [
        Move(
            before=places[was - 1] if was else None,
            after=places[now],
            customers=int(table[0, was, now]),
            monetary_minor=int(table[1, was, now]),
        )
        for was in reversed(range(len(places) + 1))
        for now in reversed(range(len(places)))
        if table[0, was, now]
    ]
