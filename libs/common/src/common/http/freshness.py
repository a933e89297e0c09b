"""How far behind the log is what this service answers with? Read from the table `progress`."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.http.transaction import Connection

_READ = text(
    """
    SELECT coalesce(sum(greatest(end_offset - next_offset, 0)), 0)::bigint AS events,
           coalesce(extract(epoch FROM now() - min(caught_up_at)), 0)::float8 AS seconds,
           coalesce(bool_and(measured_at > now() - interval '5 seconds'), true) AS measured
    FROM progress
    """
)


class Freshness(BaseModel):
    """Events on the log that have no effect yet, and for how long the oldest has waited (a dead worker's grows)."""

    lag_events: Annotated[int, Field(ge=0)]
    lag_seconds: Annotated[float, Field(ge=0)]


async def read_freshness(connection: AsyncConnection) -> Freshness:
    """Measure in the given transaction."""
    events, seconds, measured = (await connection.execute(_READ)).one()
    if events == 0 and measured:
        return Freshness(lag_events=0, lag_seconds=0.0)
    return Freshness(lag_events=events, lag_seconds=round(max(seconds, 0.0), 3))


async def _depend(connection: Connection) -> Freshness:
    return await read_freshness(connection)


CurrentFreshness = Annotated[Freshness, Depends(_depend)]
"""What an endpoint asks for: `freshness: CurrentFreshness`."""
