"""Where do messages wait for the relay? Rows of the outbox whose partition is known already."""

from collections.abc import Sequence

import asyncpg

_COLUMNS = ("topic", "partition", "key", "value")


async def queue_messages(raw: asyncpg.Connection, messages: Sequence[tuple[str, int, bytes, bytes]]) -> None:
    """Queue (topic, partition, key, value) rows in the caller's transaction, through the driver."""
    if messages:
        await raw.copy_records_to_table("outbox", records=messages, columns=_COLUMNS)
