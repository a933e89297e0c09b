"""Who wrote the state of a partition last? A version a partition, changed by every transaction that writes state.

The version is a fresh random id, set under the row's lock: a cache whose version was the one before is as the database
is, whatever committed, rolled back or ran beside it (architecture.md, chassis 2).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TAKE = text(
    """
    WITH locked AS (
        SELECT partition, version FROM guard WHERE partition = ANY(:partitions) ORDER BY partition FOR UPDATE
    )
    UPDATE guard g SET version = :version, worker = CASE WHEN g.partition = ANY(:owned) THEN :owner ELSE g.worker END
    FROM locked l WHERE g.partition = l.partition
    RETURNING g.partition, l.version
    """
)
_CREATE = text(
    """
    INSERT INTO guard (partition, version)
    SELECT partition, gen_random_uuid() FROM unnest(CAST(:partitions AS int[])) AS wanted(partition)
    ORDER BY partition
    ON CONFLICT DO NOTHING
    """
)


async def take_guards(
    connection: AsyncConnection, partitions: Sequence[int], *, version: UUID, owner: UUID, owned: Sequence[int]
) -> dict[int, UUID]:
    """Lock each partition's guard in order, give it the new version, and answer the versions before.

    `owner` is the worker that consumes those of them that are `owned`; with the others it only helps out.
    """
    asked = {"partitions": list(partitions), "version": version, "owner": owner, "owned": list(owned)}
    before: dict[int, UUID] = dict((await connection.execute(_TAKE, asked)).all())
    if len(before) < len(partitions):
        await connection.execute(_CREATE, {"partitions": list(partitions)})
        before = dict((await connection.execute(_TAKE, asked)).all())
    return before
