"""Which customers stand where? Lists and counts over the shown columns of the states; aliases are in none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FILTERS: Final = ("segment", "tier", "stage", "status", "churn_band", "key_account")
SORTS: Final = ("care_priority", "strength", "churn_risk", "recency_days", "frequency", "monetary_minor")
Dimension = Literal["segment", "tier", "stage"]

IS_SHOWN: Final = (
    "s.segment IS NOT NULL AND NOT EXISTS (SELECT FROM alias a WHERE a.alias = s.subject AND a.customer <> s.subject)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """One customer of a list; `as_of` is the day of its last evaluation. Stage and key account: None before one by
    a version that knows them."""

    customer: str
    as_of: date
    segment: str
    tier: str
    stage: str | None
    status: str | None
    key_account: bool | None
    churn_band: str | None
    churn_risk: float | None
    strength: float | None
    recency_days: int | None
    frequency: int
    monetary_minor: int
    care_priority: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Customers of one value of a dimension, and their net money of the last 12 months."""

    value: str
    customers: int
    monetary_minor: int


async def list_standings(
    connection: AsyncConnection,
    filters: Mapping[str, str | bool],
    *,
    sort: str | None,
    descending: bool,
    after: tuple[float | None, str] | None,
    limit: int,
) -> list[StandingRow]:
    """The next customers after a position (sort value, customer); unknown values stand last.

    `filters` has keys of FILTERS, `sort` is one of SORTS or None (by customer id).
    """
    last = "-Infinity" if descending else "Infinity"
    value = f"coalesce(CAST(s.{_allowed(sort, SORTS)} AS float8), '{last}')" if sort else "CAST(0 AS float8)"
    way, compare = ("DESC", "<") if descending else ("ASC", ">")
    wanted = "".join(f" AND s.{_allowed(name, FILTERS)} = :{name}" for name in filters)
    position = (
        ""
        if after is None
        else f" AND ({value} {compare} :value OR ({value} = :value AND s.subject > CAST(:subject AS text)))"
    )
    query = text(
        "SELECT s.subject AS customer, s.evaluated_on AS as_of, s.segment, s.tier, s.stage, s.status,"  # noqa: S608
        " s.key_account, s.churn_band, s.churn_risk, s.strength, s.recency_days, s.frequency, s.monetary_minor,"
        " s.care_priority"
        f" FROM state s WHERE {IS_SHOWN}{wanted}{position} ORDER BY {value} {way}, s.subject LIMIT :limit"
    )
    place = {} if after is None else {"value": float(last) if after[0] is None else after[0], "subject": after[1]}
    rows = await connection.execute(query, {**filters, **place, "limit": limit})
    return [StandingRow(**row) for row in rows.mappings()]


async def count_standings(connection: AsyncConnection, dimension: Dimension) -> tuple[date | None, list[Count]]:
    """How many customers have each value, as of the earliest day that any of them was evaluated."""
    name = _allowed(dimension, FILTERS)
    query = text(
        f"SELECT s.{name}, count(*), sum(s.monetary_minor)::bigint, min(s.evaluated_on)"  # noqa: S608
        f" FROM state s WHERE {IS_SHOWN} AND s.{name} IS NOT NULL GROUP BY s.{name}"
    )
    rows = (await connection.execute(query)).all()
    counts = [Count(value=value, customers=customers, monetary_minor=money) for value, customers, money, _ in rows]
    return min((day for *_, day in rows), default=None), counts


def _allowed(name: str, names: tuple[str, ...]) -> str:
    """The name, which becomes part of a statement: only one that stands in this file."""
    return names[names.index(name)]
