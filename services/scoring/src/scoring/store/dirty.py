"""Which customers must be judged again though no event of their own came? Marks, taken by their partition's owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MOST_MARKS = 1000
ORPHANED_AFTER_SECONDS = 0.5
"""A mark that its partition's owner did not take by then, any worker takes."""

_MARK = text(
    """
    INSERT INTO dirty (partition, customer, cause, caused_by)
    SELECT * FROM unnest(CAST(:partitions AS int[]), CAST(:customers AS text[]), CAST(:causes AS text[]),
                         CAST(:caused_by AS jsonb[]))
    """
)
_CLAIM = text(
    """
    DELETE FROM dirty WHERE id IN (
        SELECT d.id FROM dirty d LEFT JOIN guard g USING (partition)
        WHERE g.worker = :worker OR d.marked_at < now() - make_interval(secs => :orphaned)
        ORDER BY d.id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
    )
    RETURNING id, partition, customer, cause, caused_by
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`caused_by`: (source, id) of the causing events."""

    partition: int
    customer: str
    cause: str
    caused_by: tuple[tuple[str, str], ...]


async def mark_dirty(connection: AsyncConnection, marks: Sequence[Mark]) -> None:
    """Ask for customers to be judged again."""
    if not marks:
        return
    await connection.execute(
        _MARK,
        {
            "partitions": [mark.partition for mark in marks],
            "customers": [mark.customer for mark in marks],
            "causes": [mark.cause for mark in marks],
            "caused_by": [msgspec.json.encode(mark.caused_by).decode() for mark in marks],
        },
    )


async def claim_dirty(connection: AsyncConnection, worker: UUID) -> list[Mark]:
    """Take marks, oldest first; they come back if the transaction fails."""
    rows = await connection.execute(_CLAIM, {"worker": worker, "orphaned": ORPHANED_AFTER_SECONDS, "limit": MOST_MARKS})
    return [
        Mark(
            partition=partition,
            customer=customer,
            cause=cause,
            caused_by=tuple((source, id_) for source, id_ in caused_by),
        )
        for _, partition, customer, cause, caused_by in sorted(rows, key=lambda row: int(row[0]))
    ]
