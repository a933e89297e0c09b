"""Where do messages wait for the relay? Rows of the outbox whose partition is known already."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.kafka import partition_of

_COLUMNS = ("topic", "partition", "key", "value")
_MISPLACED = text("SELECT id, partition, key FROM outbox WHERE partition NOT BETWEEN 0 AND :partitions - 1")
_PLACE = text("UPDATE outbox SET partition = :right WHERE partition = :partition AND id = :id")


async def queue_messages(raw: asyncpg.Connection, messages: Sequence[tuple[str, int, bytes, bytes]]) -> None:
    """Queue (topic, partition, key, value) rows in the caller's transaction, through the driver."""
    if messages:
        await raw.copy_records_to_table("outbox", records=messages, columns=_COLUMNS)


async def place_rightly(connection: AsyncConnection, *, partitions: int) -> int:
    """Move rows of a partition that no relay looks at to their key's; how many there were."""
    rows = (await connection.execute(_MISPLACED, {"partitions": partitions})).all()
    for id_, partition, key in rows:
        right = {"id": id_, "partition": partition, "right": partition_of(key, partitions)}
        await connection.execute(_PLACE, right)
    return len(rows)
