"""How does the inner loop turn? Cases opened in a span of time, each by its last round."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OPENED: Final = """
    FROM customer_case WHERE opened_at >= :since AND opened_at < :until
"""
_COUNT = text(
    f"""
    SELECT count(*) AS opened,
           count(*) FILTER (WHERE contacted_at <= contact_due_at) AS in_time,
           count(*) FILTER (WHERE contacted_at IS NOT NULL OR overdue_at IS NOT NULL) AS judged,
           count(*) FILTER (WHERE state = 'open' AND overdue_at IS NOT NULL) AS waiting_overdue,
           count(*) FILTER (WHERE resolution IS NOT NULL) AS settled,
           count(*) FILTER (WHERE resolution = 'resolved') AS resolved,
           count(*) FILTER (WHERE state = 'closed') AS closed,
           count(*) FILTER (WHERE promise_kept) AS promises_kept,
           count(*) FILTER (WHERE round > 1) AS reopened,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM contacted_at - clock_from) / 3600)
                AS float8) AS median_hours
    {_OPENED}
    """  # noqa: S608 - the constant above
)
_BY: Final = {
    name: text(f"SELECT {name}, count(*) {_OPENED} AND {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1")
    for name in ("cause", "state", "severity", "touchpoint", "root_cause")
}
_COMPLAINTS = text(
    """
    SELECT touchpoint, count(*) FILTER (WHERE cause = 'complaint'), count(DISTINCT case_number)
    FROM case_signal WHERE touchpoint IS NOT NULL AND at >= :since AND at < :until GROUP BY 1
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopCounts:
    """Cases opened in the span. `judged` are those of which it is known whether the contact was in time."""

    opened: int
    in_time: int
    judged: int
    waiting_overdue: int
    settled: int
    resolved: int
    closed: int
    promises_kept: int
    reopened: int
    median_hours: float | None


async def count_loop(connection: AsyncConnection, since: datetime, until: datetime) -> LoopCounts:
    """The numbers of the span."""
    row = (await connection.execute(_COUNT, {"since": since, "until": until})).mappings().one()
    return LoopCounts(**row)


async def count_cases_by(
    connection: AsyncConnection, name: str, since: datetime, until: datetime
) -> list[tuple[str, int]]:
    """The cases of the span by cause, state, severity, touchpoint or root cause, the most frequent first."""
    rows = await connection.execute(_BY[name], {"since": since, "until": until})
    return [(value, n) for value, n in rows]


async def count_signals(connection: AsyncConnection, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """By touchpoint: complaints, and cases that something was heard of."""
    rows = await connection.execute(_COMPLAINTS, {"since": since, "until": until})
    return {touchpoint: (complaints, cases) for touchpoint, complaints, cases in rows}
