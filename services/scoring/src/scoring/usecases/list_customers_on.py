"""Which customers stood where on a day, and in which order? Judged anew from every state, page by page, for each call.

Pages of a list stay in step: the same day gives the same order, and a position leads on from itself. Bounded, since
each call judges the whole base; memory holds a page of the base and a page of the list.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date
from heapq import nsmallest
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from scoring.domain.card import score
from scoring.domain.policy.rules import Rules
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import day_number
from scoring.store.bodies import are_more_bodies
from scoring.store.standings import StandingRow
from scoring.store.states import SHOWN
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_customers import shown_values
from scoring.usecases.read_base import BasePage, read_base

MOST_JUDGED: Final = 50_000

Position = tuple[float | None, str]
"""Sort value and customer."""


class BaseTooLarge(Malformed):
    """More customers than are judged anew for one page of a list."""

    code = "base_too_large"


async def list_customers_on(
    connection: AsyncConnection,
    filters: Mapping[str, str | bool],
    *,
    sort: str,
    after: Position | None,
    limit: int,
    as_of: date,
    deployment: Deployment,
    most: int = MOST_JUDGED,
) -> list[StandingRow]:
    """A page after a position, of the customers of whom anything was known by then. Raises BaseTooLarge."""
    if await are_more_bodies(connection, most):
        raise BaseTooLarge(
            f"A list as of a day judges every customer anew, and here are more than {most}. Without `as_of` the "
            "list is of today; GET /v1/reports/segments?as_of= counts any day; POST /v1/customers/batch-get with "
            "`as_of` gives the cards of up to 100 customers."
        )
    rules = await deployment.rules.in_force(connection)
    least = None if after is None else _key(after, descending=sort.startswith("-"))
    found: list[StandingRow] = []
    async for page in read_base(connection, deployment=deployment):
        found = await asyncio.to_thread(_merged, found, page, filters, sort, least, limit, as_of, rules)
    return found


def _merged(
    found: list[StandingRow],
    page: BasePage,
    filters: Mapping[str, str | bool],
    sort: str,
    least: tuple[bool, float, str] | None,
    limit: int,
    as_of: date,
    rules: Rules,
) -> list[StandingRow]:
    """The first rows of those found so far and those of a page of the base."""

    def key(row: StandingRow) -> tuple[bool, float, str]:
        return _key(position_of(row, sort), descending=sort.startswith("-"))

    fitting = (
        row
        for row in _rows(page, as_of, rules)
        if all(getattr(row, name) == wanted for name, wanted in filters.items()) and (least is None or key(row) > least)
    )
    return nsmallest(limit, [*found, *fitting], key=key)


def _rows(page: BasePage, as_of: date, rules: Rules) -> Iterator[StandingRow]:
    arrays = pack(page.bodies)
    columns = score(arrays, as_of, rules.policy, rules.thresholds)
    known = known_on(arrays, day_number(as_of)).tolist()
    for customer, is_known, values in zip(page.customers, known, shown_values(columns), strict=True):
        if is_known:
            yield StandingRow(customer=customer, as_of=as_of, **dict(zip(SHOWN, values, strict=True)))  # type: ignore[arg-type]  # SHOWN names the columns


def _key(position: Position, *, descending: bool) -> tuple[bool, float, str]:
    """Unknown values last, then by value, then by customer."""
    value, customer = position
    return value is None, 0.0 if value is None else -value if descending else value, customer


def position_of(row: StandingRow, sort: str) -> Position:
    """Where a row stands in the order."""
    name = sort.removeprefix("-")
    value = 0.0 if name == "customer" else getattr(row, name)
    return (None if value is None else float(value), row.customer)
