"""Where do events wait that Kafka did not acknowledge in time? In a table that the relay drains (reliability.md D1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver

_DURABLE = text("SET LOCAL synchronous_commit = on")
_FIND = text(
    """
    SELECT convert_from(key, 'UTF8') AS customer, topic, partition, accepted_at FROM spool
    WHERE source = :source AND event_id = :id LIMIT 1
    """
)
_WAITING = text("SELECT EXISTS (SELECT 1 FROM spool), pg_total_relation_size('spool')")


class Spooled(NamedTuple):
    """One event to be sent later."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    source: str
    event_id: str
    accepted_at: datetime


async def add_to_spool(connection: AsyncConnection, events: Sequence[Spooled]) -> None:
    """Keep events; durable when the caller's transaction has committed."""
    await connection.execute(_DURABLE)
    raw = await driver(connection)
    await raw.copy_records_to_table("spool", records=events, columns=Spooled._fields)


async def find_in_spool(connection: AsyncConnection, *, source: str, event_id: str) -> dict[str, object] | None:
    """customer, topic, partition and accepted_at of an event that still waits."""
    row = (await connection.execute(_FIND, {"source": source, "id": event_id})).mappings().first()
    return dict(row) if row else None


async def measure_spool(connection: AsyncConnection) -> tuple[bool, int]:
    """Whether any event waits, and the bytes that the table takes."""
    waits, size = (await connection.execute(_WAITING)).one()
    return bool(waits), int(size)
