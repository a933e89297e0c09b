"""Which customers stand where, and in which order? As of each one's last evaluation, or judged anew for a day."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.standings import StandingRow, list_standings
from scoring.usecases.deployment import Deployment
from scoring.usecases.list_customers_on import Position, list_customers_on


async def list_customers(
    connection: AsyncConnection,
    filters: Mapping[str, str | bool],
    *,
    sort: str,
    after: Position | None,
    limit: int,
    as_of: date | None,
    deployment: Deployment,
) -> list[StandingRow]:
    """A page after a position. Raises BaseTooLarge for a day."""
    if as_of is not None:
        return await list_customers_on(
            connection, filters, sort=sort, after=after, limit=limit, as_of=as_of, deployment=deployment
        )
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    return await list_standings(
        connection,
        filters,
        sort=None if name == "customer" else name,
        descending=descending,
        after=after,
        limit=limit,
    )
