"""Which addresses were told of an id, and when last? One row an address; it never moves between ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_SAVE = text(
    """
    INSERT INTO address AS known (customer, kind, value, told_at)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:kinds AS text[]), CAST(:values AS text[]),
                         CAST(:told_ats AS timestamptz[]))
    ON CONFLICT (customer, kind, value) DO UPDATE SET told_at = excluded.told_at
    WHERE known.told_at < excluded.told_at
    """
)
_COUNT = text("SELECT kind, count(DISTINCT value) FROM address WHERE customer = ANY(:ids) GROUP BY kind ORDER BY kind")


async def save_addresses(connection: AsyncConnection, told: Mapping[tuple[str, str, str], datetime]) -> None:
    """Remember (customer, kind, value) with the time when each was told last."""
    if told:
        customers, kinds, values = zip(*sorted(told), strict=True)
        columns = {"customers": list(customers), "kinds": list(kinds), "values": list(values)}
        await connection.execute(_SAVE, columns | {"told_ats": [told[address] for address in sorted(told)]})


async def count_addresses(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, int]:
    """How many addresses of each kind some ids have together."""
    return dict((await connection.execute(_COUNT, {"ids": list(ids)})).all())
