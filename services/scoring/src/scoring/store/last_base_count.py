"""What did the last finished run of a kind find, as of a day or at all?"""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_LAST = text(
    """
    SELECT CAST(result AS text), finished_at FROM job
    WHERE kind = :kind AND state = 'done' AND (CAST(:as_of AS text) IS NULL OR params ->> 'as_of' = :as_of)
    ORDER BY CASE WHEN CAST(:as_of AS text) IS NULL THEN params ->> 'as_of' END DESC, finished_at DESC LIMIT 1
    """
)


async def last_result(
    connection: AsyncConnection, kind: str, *, as_of: date | None
) -> tuple[dict[str, Any], datetime] | None:
    """The result and when it was found; without a day that of the latest day."""
    asked = {"kind": kind, "as_of": None if as_of is None else as_of.isoformat()}
    row = (await connection.execute(_LAST, asked)).one_or_none()
    return None if row is None else (msgspec.json.decode(row[0]), row[1])
