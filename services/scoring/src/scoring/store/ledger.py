"""Which events happened? Every event once, for ever, with its bytes as they came.

`ledger_key` decides by (source, id) whether an event is new; only new events have an effect.
"""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Received

# Asked in one statement, so that nothing comes back while all are new.
_INSERT_KEYS = """
    WITH fresh AS (
        INSERT INTO ledger_key (source, id, subject) SELECT source, id, subject FROM incoming_key
        ORDER BY source, id
        ON CONFLICT DO NOTHING
        RETURNING source, id
    ), counted AS (
        SELECT count(*) AS n, array_agg(source) AS sources, array_agg(id) AS ids FROM fresh
    )
    SELECT n, CASE WHEN n < $1 THEN sources END, CASE WHEN n < $1 THEN ids END FROM counted
"""
_TEMPORARY = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming_key (source text COLLATE "C", id text COLLATE "C", subject text)
    ON COMMIT DELETE ROWS
"""
_PREPARE = text("SELECT prepare_ledger(:months)")
_MONTHS_AHEAD = 3
_COLUMNS = ("subject", "time", "source", "id", "type", "topic", "partition", "offset", "event")


async def store_events(raw: asyncpg.Connection, batch: Sequence[Received]) -> list[Received]:
    """Put a batch on the ledger, through the driver; the events that were not there before, in their order."""
    by_key = {(one.event.source, one.event.id): one for one in reversed(batch)}
    await raw.execute(_TEMPORARY)
    await raw.copy_records_to_table(
        "incoming_key",
        records=[(source, id_, one.event.subject) for (source, id_), one in by_key.items()],
        columns=("source", "id", "subject"),
    )
    row = await raw.fetchrow(_INSERT_KEYS, len(by_key))
    assert row is not None  # noqa: S101 - an aggregate always gives one row
    count, sources, ids = row
    if count < len(by_key):
        by_key = {key: by_key[key] for key in zip(sources or (), ids or (), strict=True)}
    fresh = list(batch) if count == len(batch) else [one for one in batch if by_key.get(_key(one)) is one]
    if fresh:
        rows = [
            (e.subject, e.time, e.source, e.id, e.type, one.topic, one.partition, one.offset, one.value)
            for one, e in zip(fresh, [one.event for one in fresh], strict=True)
        ]
        await raw.copy_records_to_table("ledger", records=rows, columns=_COLUMNS)
    return fresh


def _key(one: Received) -> tuple[str, str]:
    return one.event.source, one.event.id


async def prepare_months(connection: AsyncConnection) -> None:
    """Make the ledger's partitions of the coming months; what has none goes to the default one."""
    await connection.execute(_PREPARE, {"months": _MONTHS_AHEAD})
