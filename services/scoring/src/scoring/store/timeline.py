"""What does the ledger hold about a customer, and about one event? Its reading side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TIMELINE = text(
    """
    SELECT l.time, l.source, l.id, l.event FROM ledger l
    WHERE l.subject = ANY(:subjects)
      AND (CAST(:before_time AS timestamptz) IS NULL
           OR (l.time, l.source, l.id) < (:before_time, CAST(:before_source AS text), CAST(:before_id AS text)))
      AND (CAST(:until AS timestamptz) IS NULL OR l.time < :until)
    ORDER BY l.time DESC, l.source DESC, l.id DESC LIMIT :limit
    """
)
_FIND = text(
    """
    SELECT l.subject, l.recorded_at, l.topic, l.partition, l."offset", l.event
    FROM ledger_key k JOIN ledger l ON l.subject = k.subject AND l.source = k.source AND l.id = k.id
    WHERE k.source = :source AND k.id = :id
    """
)
_IS_RECORDED = text("SELECT EXISTS (SELECT FROM ledger_key WHERE source = :source AND id = :id)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """One event as the ledger keeps it; `event` is what the producer's event became, as JSON bytes."""

    customer: str
    recorded_at: datetime
    topic: str
    partition: int
    offset: int
    event: msgspec.Raw


Position = tuple[datetime, str, str]
"""Where a timeline stands: time, source, id."""


async def timeline(
    connection: AsyncConnection,
    subjects: Sequence[str],
    *,
    before: Position | None,
    until: datetime | None = None,
    limit: int,
) -> list[tuple[Position, bytes]]:
    """Events of some subjects, newest first, those before a position and an instant; with the position of each."""
    time, source, id_ = before or (None, None, None)
    rows = await connection.execute(
        _TIMELINE,
        {
            "subjects": list(subjects),
            "before_time": time,
            "before_source": source,
            "before_id": id_,
            "until": until,
            "limit": limit,
        },
    )
    return [((time, source, id_), event) for time, source, id_, event in rows]


async def find_event(connection: AsyncConnection, *, source: str, id_: str) -> LedgerEvent | None:
    """The event of that source and id."""
    row = (await connection.execute(_FIND, {"source": source, "id": id_})).one_or_none()
    if row is None:
        return None
    subject, recorded_at, topic, partition, offset, event = row
    return LedgerEvent(
        customer=subject,
        recorded_at=recorded_at,
        topic=topic,
        partition=partition,
        offset=offset,
        event=msgspec.Raw(event),
    )


async def is_recorded(connection: AsyncConnection, *, source: str, id_: str) -> bool:
    """Whether the event has taken effect."""
    return bool((await connection.execute(_IS_RECORDED, {"source": source, "id": id_})).scalar_one())
