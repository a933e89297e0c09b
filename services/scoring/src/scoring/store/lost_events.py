"""Which events of the log does the ledger lack, and how are they put back? Each at the place where it stood."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Received
from common.progress import Place

_TEMPORARY = """
    CREATE TEMPORARY TABLE IF NOT EXISTS logged_event
        (number int, subject text COLLATE "C", time timestamptz, source text COLLATE "C", id text COLLATE "C")
    ON COMMIT DELETE ROWS
"""
# Lost: neither here as it is told, nor under the subject that its key names. Counted, so that each is one look into
# the index: an anti-join would read the whole ledger.
_LOST = """
    SELECT e.number, k.subject
    FROM logged_event e LEFT JOIN ledger_key k ON k.source = e.source AND k.id = e.id
    WHERE (SELECT count(*) FROM (SELECT FROM ledger l WHERE l.subject = e.subject AND l.time = e.time
                                   AND l.source = e.source AND l.id = e.id LIMIT 1) AS told) = 0
      AND (SELECT count(*) FROM (SELECT FROM ledger l WHERE l.subject = k.subject
                                   AND l.source = k.source AND l.id = k.id LIMIT 1) AS known) = 0
    ORDER BY e.number
"""
_KEYS = """
    INSERT INTO ledger_key (source, id, subject)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""
_FORGET_KEYS = """
    DELETE FROM ledger_key k USING unnest($1::text[], $2::text[]) AS g(source, id)
    WHERE k.source = g.source AND k.id = g.id
"""
_COLUMNS = ("subject", "time", "source", "id", "type", "recorded_at", "topic", "partition", "offset", "event")
_BURIED = text(
    """
    SELECT "offset" FROM dead_letter
    WHERE topic = :topic AND partition = :partition AND "offset" = ANY(:offsets) AND replayed_at IS NULL
    """
)


async def find_lost(raw: asyncpg.Connection, events: Sequence[Received]) -> list[Received]:
    """Those that the ledger lacks, each (source, id) once; one that was told under another subject before is none."""
    await raw.execute(_TEMPORARY)
    rows = [(n, one.event.subject, one.event.time, one.event.source, one.event.id) for n, one in enumerate(events)]
    await raw.copy_records_to_table("logged_event", records=rows)
    lost: dict[tuple[str, str], Received] = {}
    for number, subject in await raw.fetch(_LOST):
        one = events[number]
        if subject in (None, one.event.subject):
            lost.setdefault((one.event.source, one.event.id), one)
    await raw.execute("DELETE FROM logged_event")
    return list(lost.values())


async def find_buried(connection: AsyncConnection, place: Place, offsets: Collection[int]) -> set[int]:
    """Those of some offsets of which dead letters are kept."""
    asked = {"topic": place[0], "partition": place[1], "offsets": sorted(offsets)}
    return set((await connection.execute(_BURIED, asked)).scalars())


async def put_back(raw: asyncpg.Connection, events: Sequence[Received], recorded: Mapping[int, datetime]) -> None:
    """Store lost events again, recorded when the log took them (by offset)."""
    if not events:
        return
    keys = [(one.event.source, one.event.id, one.event.subject) for one in events]
    await raw.execute(_KEYS, *map(list, zip(*keys, strict=True)))
    rows = [
        (
            e.subject,
            e.time,
            e.source,
            e.id,
            e.type,
            recorded[one.offset],
            one.topic,
            one.partition,
            one.offset,
            one.value,
        )
        for one, e in zip(events, [one.event for one in events], strict=True)
    ]
    await raw.copy_records_to_table("ledger", records=rows, columns=_COLUMNS)


async def forget_keys(raw: asyncpg.Connection, events: Sequence[Received]) -> None:
    """Let events count as new again."""
    sources, ids = [one.event.source for one in events], [one.event.id for one in events]
    await raw.execute(_FORGET_KEYS, sources, ids)
