"""Which customers stand where, and in which order?"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.standings import StandingRow, list_standings


async def list_customers(
    connection: AsyncConnection,
    filters: Mapping[str, str | bool],
    *,
    sort: str,
    after: tuple[float | None, str] | None,
    limit: int,
) -> list[StandingRow]:
    """A page after a position."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    return await list_standings(
        connection,
        filters,
        sort=None if name == "customer" else name,
        descending=descending,
        after=after,
        limit=limit,
    )


def position_of(row: StandingRow, sort: str) -> tuple[float | None, str]:
    """Where a row stands in the order."""
    name = sort.removeprefix("-")
    value = 0.0 if name == "customer" else getattr(row, name)
    return (None if value is None else float(value), row.customer)
