"""What tells a state that an earlier policy left from one that was altered? Published kinds, and when events came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PUBLISHED_KINDS = text(
    """
    SELECT version, published_at, CAST(body -> 'kinds' AS text) FROM policy
    WHERE published_at IS NOT NULL AND body -> 'kinds' IS NOT NULL
    ORDER BY published_at DESC, number DESC LIMIT :limit
    """
)
_RECORDED = text(
    """
    SELECT s.subject, s.body, told.times, told.events
    FROM unnest(CAST(:subjects AS text[])) AS asked(subject)
    JOIN state s ON s.partition = :partition AND s.subject = asked.subject
    CROSS JOIN LATERAL (
        SELECT array_agg(l.recorded_at) AS times, array_agg(l.event) AS events FROM ledger l WHERE l.subject = s.subject
    ) AS told
    WHERE told.times IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKinds:
    """What a published policy says of kinds, as it was stored."""

    version: str
    published_at: datetime
    kinds: Any  # checked by KindTable.read


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A subject's stored state and its events, each with the instant at which its batch began to be applied."""

    subject: str
    body: bytes
    times: Sequence[datetime]
    events: Sequence[bytes]


async def read_published_kinds(connection: AsyncConnection, *, limit: int) -> list[PublishedKinds]:
    """The kinds of the policies that were published last, newest first."""
    return [
        PublishedKinds(version=version, published_at=published_at, kinds=msgspec.json.decode(kinds))
        for version, published_at, kinds in await connection.execute(_PUBLISHED_KINDS, {"limit": limit})
    ]


async def read_recorded(connection: AsyncConnection, partition: int, subjects: Collection[str]) -> list[Recorded]:
    """States of a partition with their events, read at one instant; those without events are left out."""
    rows = await connection.execute(_RECORDED, {"partition": partition, "subjects": sorted(subjects)})
    return [Recorded(subject=row[0], body=row[1], times=row[2], events=row[3]) for row in rows]
