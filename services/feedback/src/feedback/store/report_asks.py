"""Who was asked, and who answered? Asks of a report, and the customers of each tier and segment."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.coverage import Covered
from feedback.domain.response_rate import Asks
from feedback.store.report_answers import SHOWN, TOLD, Asked

_ASKED: Final = """
    asked AS (
        SELECT r.request_id, r.state, r.reason, coalesce(l.customer, r.customer) AS customer,
               r.sent_at IS NOT NULL AS sent, a.answer_id IS NOT NULL AS answered
        FROM request r LEFT JOIN alias l ON l.alias = r.customer LEFT JOIN answer a ON a.request_id = r.request_id
        WHERE r.reminder_of IS NULL AND NOT r.throttle_exempt
          AND (CAST(:survey AS text) IS NULL OR r.survey = :survey)
          AND (CAST(:wave AS text) IS NULL OR r.wave = :wave)
          AND (CAST(:since AS timestamptz) IS NULL OR coalesce(r.asked_at, r.occasion_at) >= :since)
          AND (CAST(:until AS timestamptz) IS NULL OR coalesce(r.asked_at, r.occasion_at) < :until)
    )
"""
_COUNT = text(
    f"""
    WITH {_ASKED}
    SELECT state, coalesce(reason, 'unknown'), sent, answered, count(*) FROM asked WHERE state <> 'planned'
    GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2
    """  # noqa: S608 - the constant above
)
_SILENT = text(
    f"""
    WITH {_ASKED}
    SELECT customer FROM asked WHERE NOT starts_with(customer, 'erased:')
    GROUP BY customer HAVING bool_or(sent) AND NOT bool_or(answered)
    ORDER BY customer LIMIT :limit
    """  # noqa: S608 - as above
)
_COVERAGE = text(
    f"""
    WITH {_ASKED}, {TOLD}, {SHOWN},
    by_customer AS (
        SELECT customer, bool_or(sent) AS asked, bool_or(answered) AS answered FROM (
            SELECT customer, sent, answered FROM asked
            UNION ALL SELECT customer, false, true FROM told WHERE apart = 'counted'
        ) AS both_sides GROUP BY customer
    )
    SELECT grouping(shown.tier) = 0, coalesce(shown.tier, shown.segment), count(*), count(*) FILTER (WHERE asked),
           count(*) FILTER (WHERE answered), count(*) FILTER (WHERE asked AND NOT answered)
    FROM shown FULL JOIN by_customer USING (customer) GROUP BY GROUPING SETS ((shown.tier), (shown.segment))
    ORDER BY 3 DESC, 2
    """  # noqa: S608 - as above
)


async def count_asks(connection: AsyncConnection, asked: Asked) -> tuple[Asks, list[tuple[str, str, int]]]:
    """How many asks were made, delivered and answered, and why others were not: (state, reason, number).

    Reminders are no asks of their own, re-asks are not counted. The most frequent reason stands first.
    """
    rows = [tuple(row) for row in await connection.execute(_COUNT, asked.values())]
    counts = Asks(
        wanted=sum(n for state, _, _, _, n in rows if state != "skipped"),
        sent=sum(n for _, _, sent, _, n in rows if sent),
        answered=sum(n for _, _, sent, answered, n in rows if sent and answered),
        answered_undelivered=sum(n for _, _, sent, answered, n in rows if answered and not sent),
        skipped=sum(n for state, _, _, _, n in rows if state == "skipped"),
    )
    unsent: dict[tuple[str, str], int] = {}
    for state, reason, _, answered, n in rows:
        if state in ("skipped", "not_sent") and not answered:
            unsent[state, reason] = unsent.get((state, reason), 0) + n
    return counts, [(state, reason, n) for (state, reason), n in unsent.items()]


async def read_silent_customers(connection: AsyncConnection, asked: Asked, limit: int) -> Sequence[str]:
    """Canonical ids whom an ask reached and who have not answered."""
    return (await connection.execute(_SILENT, asked.values() | {"limit": limit})).scalars().all()


async def read_coverage(connection: AsyncConnection, asked: Asked) -> tuple[list[Covered], list[Covered]]:
    """The customers of each tier, and of each segment; None are those of whom scoring has said nothing."""
    tiers: list[Covered] = []
    segments: list[Covered] = []
    rows = await connection.execute(_COVERAGE, asked.values())
    for is_tier, name, customers, reached, answered, silent in rows:
        covered = Covered(group=name, customers=customers, asked=reached, answered=answered, silent=silent)
        (tiers if is_tier else segments).append(covered)
    return tiers, segments
