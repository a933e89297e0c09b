"""What time is it? The database says, once a transaction: every worker has the same clock."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NOW = text("SELECT now()")


async def read_now(connection: AsyncConnection) -> datetime:
    """The instant at which the transaction began, in UTC."""
    now: datetime = (await connection.execute(_NOW)).scalar_one()
    return now
