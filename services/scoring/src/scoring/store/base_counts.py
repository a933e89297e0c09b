"""What do the shown columns of all states add up to? For reports as of each customer's last evaluation."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.standings import IS_SHOWN

MONEY_PAGE: Final = 20_000

_LIFECYCLE: Final = text(
    "SELECT s.stage, s.segment, count(*), sum(s.monetary_minor)::bigint, min(s.evaluated_on)"  # noqa: S608
    f" FROM state s WHERE {IS_SHOWN} AND s.stage IS NOT NULL GROUP BY s.stage, s.segment"
)
_RECENCY: Final = text(
    "SELECT width_bucket(s.recency_days, CAST(:first_days AS int[])), count(*), sum(s.monetary_minor)::bigint,"  # noqa: S608
    f" sum(s.churn_risk), min(s.evaluated_on) FROM state s WHERE {IS_SHOWN} AND s.recency_days IS NOT NULL GROUP BY 1"
)
_MONEY: Final = text(
    "SELECT s.subject, s.monetary_minor, s.evaluated_on FROM state s"  # noqa: S608
    f" WHERE {IS_SHOWN} AND s.partition = :partition AND s.subject > :after ORDER BY s.subject LIMIT :limit"
)
_AT_STAKE: Final = text(
    f"SELECT s.subject FROM state s WHERE {IS_SHOWN} AND s.key_account AND s.churn_risk >= :risk"  # noqa: S608
    " ORDER BY s.monetary_minor DESC, s.subject LIMIT :limit"
)


class LifecycleCount(NamedTuple):
    """Customers of one stage and segment, and their net money of 12 months."""

    stage: str
    segment: str
    customers: int
    monetary_minor: int


class RecencyCount(NamedTuple):
    """Buyers of one bin (from 1, by its first day), their money and the sum of their churn risks."""

    bin: int
    customers: int
    monetary_minor: int
    churn_risk: float


async def count_lifecycle(connection: AsyncConnection) -> tuple[date | None, list[LifecycleCount]]:
    """Cells with somebody in them, as of the earliest day that any customer was evaluated."""
    rows = (await connection.execute(_LIFECYCLE)).all()
    return min((row[-1] for row in rows), default=None), [LifecycleCount(*row[:-1]) for row in rows]


async def count_recency(
    connection: AsyncConnection, first_days: Sequence[int]
) -> tuple[date | None, list[RecencyCount]]:
    """Bins with somebody in them, as of the earliest day that any customer was evaluated."""
    rows = (await connection.execute(_RECENCY, {"first_days": list(first_days)})).all()
    return min((row[-1] for row in rows), default=None), [RecencyCount(*row[:-1]) for row in rows]


async def read_money(connection: AsyncConnection, *, partitions: int) -> AsyncIterator[tuple[date, list[int]]]:
    """Everybody's net money of 12 months, page by page, with the earliest day of the page's evaluations."""
    for partition in range(partitions):
        after = ""
        while True:
            asked = {"partition": partition, "after": after, "limit": MONEY_PAGE}
            rows = (await connection.execute(_MONEY, asked)).all()
            if rows:
                after = rows[-1][0]
                yield min(row[2] for row in rows), [row[1] for row in rows]
            if len(rows) < MONEY_PAGE:
                break


async def read_at_stake(connection: AsyncConnection, *, risk: float, limit: int) -> list[str]:
    """Key accounts of at least a churn risk, those with most money first."""
    rows = await connection.execute(_AT_STAKE, {"risk": risk, "limit": limit})
    return list(rows.scalars())
