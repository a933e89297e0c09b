"""What do all states hold, one page of a partition after the other? For who looks at everybody and writes nothing."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PAGE = text(
    """
    SELECT subject, body FROM state
    WHERE partition = :partition AND subject > :after AND erased_at IS NULL ORDER BY subject LIMIT :limit
    """
)
# Counting a large base takes as long as reading it: there the planner's estimate serves, which vacuums keep near.
_COUNT = text(
    """
    SELECT CASE WHEN reltuples > 100000 THEN CAST(reltuples AS bigint)
                ELSE (SELECT count(*) FROM state WHERE erased_at IS NULL) END
    FROM pg_class WHERE oid = CAST('state' AS regclass)
    """
)
_ARE_MORE = text("SELECT count(*) > :most FROM (SELECT FROM state WHERE erased_at IS NULL LIMIT :most + 1) AS first")


async def count_bodies(connection: AsyncConnection) -> int:
    """How many subjects have a state, aliases among them; an estimate above 100,000."""
    return int((await connection.execute(_COUNT)).scalar_one())


async def are_more_bodies(connection: AsyncConnection, than: int) -> bool:
    """Whether more subjects than that have a state."""
    return bool((await connection.execute(_ARE_MORE, {"most": than})).scalar_one())


async def read_bodies(
    connection: AsyncConnection, *, partition: int, after: str, limit: int
) -> list[tuple[str, bytes]]:
    """The next subjects of a partition, ascending, each with its encoded state."""
    rows = await connection.execute(_PAGE, {"partition": partition, "after": after, "limit": limit})
    return [(subject, body) for subject, body in rows]
