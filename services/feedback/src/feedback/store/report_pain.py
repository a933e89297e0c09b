"""Where did the experience fall short, and which events say so? Answers and complaints by touchpoint."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.store.report_answers import COUNTED, EXPECTED, Asked

_VOICES: Final = """
    voices AS (
        SELECT touchpoint, greatest(0, coalesce(expected, 1) - experienced) AS short, source, id, answered_at AS at
        FROM spoken WHERE touchpoint IS NOT NULL AND experienced IS NOT NULL
        UNION ALL
        SELECT touchpoint, 1, source, id, at FROM case_signal
        WHERE cause = 'complaint' AND touchpoint IS NOT NULL AND CAST(:survey AS text) IS NULL
          AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
          AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
    )
"""
_COUNT = text(
    f"WITH {COUNTED}, {EXPECTED}, {_VOICES} "  # noqa: S608 - the constants above
    "SELECT touchpoint, CAST(short AS float8), count(*) FROM voices GROUP BY 1, 2"
)
_WORST = text(
    f"""
    WITH {COUNTED}, {EXPECTED}, {_VOICES}
    SELECT touchpoint, source || '/' || id FROM (
        SELECT *, row_number() OVER (PARTITION BY touchpoint ORDER BY short DESC, at DESC, source, id) AS place
        FROM voices WHERE short > 0
    ) AS ranked WHERE place <= :limit ORDER BY touchpoint, place
    """  # noqa: S608 - the constants above
)


async def read_shortfalls(connection: AsyncConnection, asked: Asked) -> Mapping[str, Mapping[float, int]]:
    """How many voices fell short by how much, by touchpoint."""
    found: dict[str, dict[float, int]] = {}
    for touchpoint, short, n in await connection.execute(_COUNT, asked.values()):
        found.setdefault(touchpoint, {})[short] = n
    return found


async def read_worst_events(connection: AsyncConnection, asked: Asked, limit: int) -> Mapping[str, list[str]]:
    """The events (`source/id`) that fell short the most, by touchpoint."""
    found: dict[str, list[str]] = {}
    for touchpoint, event in await connection.execute(_WORST, asked.values() | {"limit": limit}):
        found.setdefault(touchpoint, []).append(event)
    return found
