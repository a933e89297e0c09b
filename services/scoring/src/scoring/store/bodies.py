"""What do all states hold, one page of a partition after the other? For who looks at everybody and writes nothing."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PAGE = text(
    """
    SELECT subject, body FROM state
    WHERE partition = :partition AND subject > :after AND erased_at IS NULL ORDER BY subject LIMIT :limit
    """
)
_COUNT = text("SELECT count(*) FROM state WHERE erased_at IS NULL")


async def count_bodies(connection: AsyncConnection) -> int:
    """How many subjects have a state, aliases among them."""
    return int((await connection.execute(_COUNT)).scalar_one())


async def read_bodies(
    connection: AsyncConnection, *, partition: int, after: str, limit: int
) -> list[tuple[str, bytes]]:
    """The next subjects of a partition, ascending, each with its encoded state."""
    rows = await connection.execute(_PAGE, {"partition": partition, "after": after, "limit": limit})
    return [(subject, body) for subject, body in rows]
