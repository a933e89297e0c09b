"""Which customers stand where, and in which order?"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.standings import StandingRow, list_standings

_BY_CUSTOMER: Final = frozenset({"customer", "care_priority"})
"""Care priority comes later: until then it is unknown for everybody, and the customer's id decides."""


async def list_customers(
    connection: AsyncConnection,
    filters: Mapping[str, str],
    *,
    nobody: bool,
    sort: str,
    after: tuple[float | None, str] | None,
    limit: int,
) -> list[StandingRow]:
    """A page after a position; `nobody`: a filter on a dimension that is unknown for everybody yet."""
    if nobody:
        return []
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    return await list_standings(
        connection,
        filters,
        sort=None if name in _BY_CUSTOMER else name,
        descending=descending,
        after=after,
        limit=limit,
    )


def position_of(row: StandingRow, sort: str) -> tuple[float | None, str]:
    """Where a row stands in the order."""
    name = sort.removeprefix("-")
    value = 0.0 if name in _BY_CUSTOMER else getattr(row, name)
    return (None if value is None else float(value), row.customer)
