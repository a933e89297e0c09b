"""What happened to these subjects, and what does their row of state say? Both of one snapshot, so both of one instant.

For who proves that the states are what the ledger makes of them: the rebuild and the audit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.progress import Place
from scoring.store.states import SHOWN

# Subjects without a row of state count too: that row may be what is lost.
_SUBJECTS = text(
    """
    SELECT subject FROM (
        (SELECT DISTINCT subject FROM ledger WHERE subject > :after ORDER BY subject LIMIT :limit)
        UNION
        SELECT s.subject FROM generate_series(0, :last) AS p, LATERAL (
            SELECT subject FROM state WHERE partition = p AND subject > :after ORDER BY subject LIMIT :limit
        ) AS s
    ) AS known ORDER BY subject LIMIT :limit
    """
)
_HISTORIES = text(
    f"""
    SELECT asked.subject, s.body, s.published, s.evaluated_on, s.erased_at IS NOT NULL,
        ARRAY(SELECT l.event FROM ledger l WHERE l.subject = asked.subject), {", ".join(f"s.{name}" for name in SHOWN)}
    FROM json_array_elements_text(CAST(:subjects AS json)) AS asked(subject)
    LEFT JOIN state s ON s.partition = :partition AND s.subject = asked.subject
    """  # noqa: S608 - names of columns
)
_WRITE = text(
    """
    INSERT INTO state (partition, subject, body)
    SELECT :partition, subject, body
    FROM unnest(CAST(:subjects AS text[]), CAST(:bodies AS bytea[])) AS replayed(subject, body)
    ORDER BY subject
    ON CONFLICT (partition, subject) DO UPDATE SET body = excluded.body
    """
)
_DROP = text("DELETE FROM state WHERE partition = :partition AND subject = ANY(:subjects) AND erased_at IS NULL")
_COUNTS = text("SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM ledger_key)")
# Keys have no index by subject: each of their partitions is read whole, in a statement of its own.
_KEYS = text(
    """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'ledger_key'::regclass ORDER BY 1
    """
)
_LOST: Final = """
    SELECT k.subject, count(*) FROM {table} k
    WHERE k.subject = ANY(:subjects)
      AND NOT EXISTS (SELECT FROM ledger l WHERE l.subject = k.subject AND l.source = k.source AND l.id = k.id)
    GROUP BY k.subject
"""
_ERASURES = text("SELECT event FROM ledger WHERE type = 'customer.erased' AND starts_with(source, 'guanxi.')")
_PROGRESS = text("SELECT topic, partition, next_offset FROM progress")
_FIRST_SHOWN: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A subject's events as they came, in no order, and its row: `body` is None without one."""

    subject: str
    body: bytes | None
    published: bytes | None
    evaluated_on: date | None
    is_erased: bool
    events: Sequence[bytes]
    shown: tuple[object, ...]


async def subjects_after(connection: AsyncConnection, after: str, *, partitions: int, limit: int) -> list[str]:
    """The next subjects that have events or a state, ascending, of all partitions."""
    asked = {"after": after, "limit": limit, "last": partitions - 1}
    return list((await connection.execute(_SUBJECTS, asked)).scalars())


async def read_histories(connection: AsyncConnection, partition: int, subjects: Iterable[str]) -> list[History]:
    """The histories of some subjects of a partition."""
    asked = {"partition": partition, "subjects": msgspec.json.encode(list(subjects)).decode()}
    return [
        History(
            subject=row[0],
            body=row[1],
            published=row[2],
            evaluated_on=row[3],
            is_erased=row[4],
            events=row[5],
            shown=tuple(row[_FIRST_SHOWN:]),
        )
        for row in await connection.execute(_HISTORIES, asked)
    ]


async def write_bodies(connection: AsyncConnection, partition: int, bodies: Mapping[str, bytes]) -> None:
    """Put states in place, under the partition's guard; what was published and what is shown of them stay."""
    if bodies:
        asked = {"partition": partition, "subjects": list(bodies), "bodies": list(bodies.values())}
        await connection.execute(_WRITE, asked)


async def drop_states(connection: AsyncConnection, partition: int, subjects: Collection[str]) -> None:
    """Take rows away of whom nothing ever happened, under the partition's guard."""
    if subjects:
        await connection.execute(_DROP, {"partition": partition, "subjects": sorted(subjects)})


async def count_events(connection: AsyncConnection) -> tuple[int, int]:
    """How many events the ledger holds, and how many it knows by key."""
    rows, keys = (await connection.execute(_COUNTS)).one()
    return int(rows), int(keys)


async def count_lost(connection: AsyncConnection, subjects: Collection[str]) -> dict[str, int]:
    """How many events of some subjects are known by key and not on the ledger; reads all keys."""
    lost: dict[str, int] = {}
    for table in (await connection.execute(_KEYS)).scalars().all():
        query = text(_LOST.format(table=table))
        for subject, events in await connection.execute(query, {"subjects": sorted(subjects)}):
            lost[subject] = lost.get(subject, 0) + events
    return lost


async def read_erasures(connection: AsyncConnection) -> list[bytes]:
    """Every erasure that was told; reads the whole ledger."""
    return list((await connection.execute(_ERASURES)).scalars())


async def read_progress(connection: AsyncConnection) -> dict[Place, int]:
    """How far the log was applied: the next offset of each place."""
    return {(topic, partition): offset for topic, partition, offset in await connection.execute(_PROGRESS)}
