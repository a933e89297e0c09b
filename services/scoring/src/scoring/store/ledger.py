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
        ORDER BY source, id, at
        ON CONFLICT DO NOTHING
        RETURNING source, id
    ), counted AS (
        SELECT count(*) AS n, array_agg(source) AS sources, array_agg(id) AS ids FROM fresh
    )
    SELECT n, CASE WHEN n < $1 THEN sources END, CASE WHEN n < $1 THEN ids END FROM counted
"""
_TEMPORARY = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming_key (
        source text COLLATE "C", id text COLLATE "C", subject text, at int
    )
    ON COMMIT DELETE ROWS
"""
_PREPARE = text("SELECT prepare_ledger(:months)")
_MONTHS_AHEAD = 3
_COLUMNS = ("subject", "time", "source", "id", "type", "topic", "partition", "offset", "event")


async def store_events(raw: asyncpg.Connection, batch: Sequence[Received]) -> list[Received]:
    """Put a batch on the ledger, through the driver; the events that were not there before, in their order."""
    await raw.execute(_TEMPORARY)
    keys = ((e.source, e.id, e.subject, at) for at, e in enumerate(one.event for one in batch))
    await raw.copy_records_to_table("incoming_key", records=keys, columns=("source", "id", "subject", "at"))
    row = await raw.fetchrow(_INSERT_KEYS, len(batch))
    assert row is not None  # noqa: S101 - an aggregate always gives one row
    count, sources, ids = row
    fresh = batch if count == len(batch) else _first_of(batch, set(zip(sources or (), ids or (), strict=True)))
    if fresh:
        rows = (
            (e.subject, e.time, e.source, e.id, e.type, one.topic, one.partition, one.offset, one.value)
            for one in fresh
            for e in (one.event,)
        )
        await raw.copy_records_to_table("ledger", records=rows, columns=_COLUMNS)
    return list(fresh)


def _first_of(batch: Sequence[Received], keys: set[tuple[str, str]]) -> list[Received]:
    """The first event of each key."""
    by_key = {_key(one): one for one in reversed(batch)}
    return [one for one in batch if _key(one) in keys and by_key[_key(one)] is one]


def _key(one: Received) -> tuple[str, str]:
    return one.event.source, one.event.id


async def prepare_months(connection: AsyncConnection) -> None:
    """Make the ledger's partitions of the coming months; what has none goes to the default one."""
    await connection.execute(_PREPARE, {"months": _MONTHS_AHEAD})
