"""How are the answers of a report spread? Counted in the database, customers united with their aliases.

Of several answers of one customer in one wave the last by (answered_at, number) counts; an answer without a wave counts
for itself. Re-asks, and answers to links that no channel delivered, are apart.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.distribution import Distribution
from feedback.domain.expectation_gap import Pairs
from feedback.domain.rating_figure import Measured


class By(StrEnum):
    TOUCHPOINT = "touchpoint"
    SEGMENT = "segment"
    TIER = "tier"
    WAVE = "wave"
    SURVEY = "survey"


class Apart(StrEnum):
    """Whether an answer counts, or is told apart."""

    COUNTED = "counted"
    REASK = "reask"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which answers a report is about; None = all. `until` is exclusive."""

    survey: str | None = None
    wave: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def values(self) -> dict[str, Any]:
        """As parameters of a query."""
        return {"survey": self.survey, "wave": self.wave, "since": self.since, "until": self.until}


SHOWN: Final = """
    shown AS (
        SELECT DISTINCT ON (coalesce(l.customer, s.customer)) coalesce(l.customer, s.customer) AS customer,
               s.tier, s.segment
        FROM relationship s LEFT JOIN alias l ON l.alias = s.customer
        ORDER BY coalesce(l.customer, s.customer), s.as_of DESC, s.id DESC
    )
"""
TOLD: Final = """
    told AS (
        SELECT a.number, a.source, a.id, a.survey, a.wave, a.touchpoint, a.rating_kind, a.answered_at,
               coalesce(l.customer, a.customer) AS customer,
               (a.rating_value - a.rating_min) / nullif(a.rating_max - a.rating_min, 0) AS q,
               CASE WHEN r.throttle_exempt THEN 'reask'
                    WHEN r.request_id IS NOT NULL AND r.sent_at IS NULL THEN 'undelivered'
                    ELSE 'counted' END AS apart
        FROM answer a LEFT JOIN alias l ON l.alias = a.customer LEFT JOIN request r ON r.request_id = a.request_id
        WHERE (CAST(:survey AS text) IS NULL OR a.survey = :survey)
          AND (CAST(:wave AS text) IS NULL OR a.wave = :wave)
          AND (CAST(:since AS timestamptz) IS NULL OR a.answered_at >= :since)
          AND (CAST(:until AS timestamptz) IS NULL OR a.answered_at < :until)
    )
"""
# The customer stands first: it parts nearly all rows, so that the sort seldom compares anything else.
COUNTED: Final = f"""
    {TOLD}, counted AS (
        SELECT DISTINCT ON (customer, survey, coalesce(wave, ''), apart, CASE WHEN wave IS NULL THEN number END) *
        FROM told
        ORDER BY customer, survey, coalesce(wave, ''), apart, CASE WHEN wave IS NULL THEN number END,
                 answered_at DESC, number DESC
    )
"""  # noqa: S608 - the constant above
EXPECTED: Final = """
    spoken AS (
        SELECT c.*, e.expected, coalesce(e.experienced, c.q) AS experienced
        FROM counted c JOIN answer whole USING (number) LEFT JOIN LATERAL (
            SELECT max(x.q) FILTER (WHERE x.question = 'expected') AS expected,
                   max(x.q) FILTER (WHERE x.question = 'experienced') AS experienced
            FROM (SELECT one.question, CASE WHEN one.direction = 'low_is_good'
                                            THEN 1 - (CAST(one.value AS float8) - one.min) / (one.max - one.min)
                                            ELSE (CAST(one.value AS float8) - one.min) / (one.max - one.min) END AS q
                  FROM jsonb_to_recordset(whole.answers)
                      AS one(question text, kind text, value jsonb, min float8, max float8, direction text)
                  WHERE one.kind = 'expectation' AND one.max > one.min AND jsonb_typeof(one.value) = 'number') AS x
        ) e ON true
        WHERE c.apart = 'counted'
    )
"""
_GROUPS: Final = {
    By.TOUCHPOINT: "c.touchpoint",
    By.SEGMENT: "shown.segment",
    By.TIER: "shown.tier",
    By.WAVE: "c.wave",
    By.SURVEY: "c.survey",
}
_PAIRS = text(
    f"""
    WITH {COUNTED}, {EXPECTED}
    SELECT touchpoint, expected, experienced, count(*) FROM spoken
    WHERE expected IS NOT NULL AND experienced IS NOT NULL GROUP BY 1, 2, 3
    """  # noqa: S608 - the constants above
)

_KINDS = text(
    "SELECT rating_kind FROM answer WHERE survey = :survey AND rating_kind IS NOT NULL "
    "GROUP BY 1 ORDER BY count(*) DESC, 1"
)


async def read_rating_kinds(connection: AsyncConnection, survey: str) -> list[str]:
    """What the answers of a survey rate, the most frequent first."""
    return list((await connection.execute(_KINDS, {"survey": survey})).scalars())


async def read_distributions(
    connection: AsyncConnection, kind: Measured, asked: Asked, by: By | None
) -> dict[tuple[Apart, str | None], Distribution]:
    """How the ratings of a kind are spread, apart and by group; the group is None where there is none."""
    group = "CAST(NULL AS text)" if by is None else _GROUPS[by]
    shown = by in (By.SEGMENT, By.TIER)
    query = f"""
        WITH {COUNTED} {f", {SHOWN}" if shown else ""}
        SELECT c.apart, {group}, c.q, count(*) FROM counted c
        {"LEFT JOIN shown ON shown.customer = c.customer" if shown else ""}
        WHERE c.rating_kind = :kind AND c.q IS NOT NULL GROUP BY 1, 2, 3
    """  # noqa: S608 - the constants above
    found: dict[tuple[Apart, str | None], dict[float, int]] = {}
    for apart, name, q, n in await connection.execute(text(query), asked.values() | {"kind": kind}):
        found.setdefault((Apart(apart), name), {})[q] = n
    return dict(found)


async def read_expectations(connection: AsyncConnection, asked: Asked) -> dict[str | None, Pairs]:
    """Pairs of what was expected and experienced, by touchpoint; a rating stands for the experience not asked for."""
    found: dict[str | None, dict[tuple[float, float], int]] = {}
    for touchpoint, expected, experienced, n in await connection.execute(_PAIRS, asked.values()):
        found.setdefault(touchpoint, {})[expected, experienced] = n
    return dict(found)
