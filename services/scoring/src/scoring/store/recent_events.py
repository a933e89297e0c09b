"""What are the newest events of some subjects up to an instant, and what did whole pages of them buy?"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NEWEST = text(
    """
    SELECT event FROM ledger WHERE subject = ANY(:subjects) AND time < :until
    ORDER BY time DESC, source DESC, id DESC LIMIT :limit
    """
)
_OF_TYPES = text(
    """
    SELECT subject, event FROM ledger
    WHERE subject = ANY(:subjects) AND time < :until
      AND (type = ANY(:ever) OR (type = ANY(:types) AND time >= :since))
    """
)
_SUBJECTS = text(
    "SELECT subject FROM state WHERE partition = :partition AND subject > :after ORDER BY subject LIMIT :limit"
)


async def newest_events(
    connection: AsyncConnection, subjects: Sequence[str], *, until: datetime, limit: int
) -> list[bytes]:
    """The newest events before an instant, newest first."""
    rows = await connection.execute(_NEWEST, {"subjects": list(subjects), "until": until, "limit": limit})
    return list(rows.scalars())


async def events_of_types(
    connection: AsyncConnection,
    subjects: Sequence[str],
    types: Sequence[str],
    *,
    ever: Sequence[str],
    since: datetime,
    until: datetime,
) -> list[tuple[str, bytes]]:
    """(subject, event) of some types in a span of time, and of the types `ever` whenever before its end."""
    asked = {"subjects": list(subjects), "types": list(types), "ever": list(ever), "since": since, "until": until}
    return [(subject, event) for subject, event in await connection.execute(_OF_TYPES, asked)]


async def subjects_after(connection: AsyncConnection, *, partition: int, after: str, limit: int) -> list[str]:
    """The next subjects of a partition, ascending."""
    rows = await connection.execute(_SUBJECTS, {"partition": partition, "after": after, "limit": limit})
    return list(rows.scalars())
