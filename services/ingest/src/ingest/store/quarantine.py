"""Where is what ingest did not understand? Kept with its reason; the same payload again is counted, not repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEEP = text(
    """
    INSERT INTO quarantine
        (sender, dialect, source, event_id, accepted, code, message, pointer, payload, payload_sha256)
    SELECT :sender, :dialect, k.source, k.event_id, k.accepted, k.code, k.message, k.pointer, k.payload, k.digest
    FROM unnest(
        CAST(:sources AS text[]), CAST(:event_ids AS text[]), CAST(:accepted AS boolean[]), CAST(:codes AS text[]),
        CAST(:messages AS text[]), CAST(:pointers AS text[]), CAST(:payloads AS bytea[]), CAST(:digests AS bytea[])
    ) AS k(source, event_id, accepted, code, message, pointer, payload, digest)
    ON CONFLICT (sender, payload_sha256) DO UPDATE
    SET times = quarantine.times + 1, last_at = now(), accepted = excluded.accepted, code = excluded.code,
        message = excluded.message, pointer = excluded.pointer
    """
)
_FIND = text(
    """
    SELECT id, accepted, message, first_at FROM quarantine
    WHERE source = :source AND event_id = :id ORDER BY accepted DESC, id LIMIT 1
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One event that stays outside: refused by name, or accepted although nothing could read it."""

    source: str
    event_id: str | None
    accepted: bool
    code: str
    message: str
    pointer: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One row, as a question for one event needs it."""

    id: int
    accepted: bool
    message: str
    first_at: datetime


async def keep_in_quarantine(connection: AsyncConnection, kept: Sequence[Kept], *, sender: str, dialect: str) -> None:
    """Keep events with their reasons; durable when the caller's transaction has committed."""
    once = {sha256(one.payload).digest(): one for one in kept}
    await connection.execute(
        _KEEP,
        {
            "sender": sender,
            "dialect": dialect,
            "sources": [one.source for one in once.values()],
            "event_ids": [one.event_id for one in once.values()],
            "accepted": [one.accepted for one in once.values()],
            "codes": [one.code for one in once.values()],
            "messages": [one.message for one in once.values()],
            "pointers": [one.pointer for one in once.values()],
            "payloads": [one.payload for one in once.values()],
            "digests": list(once),
        },
    )


async def find_in_quarantine(connection: AsyncConnection, *, source: str, event_id: str) -> Found | None:
    """What is kept of an event here, an accepted one first."""
    row = (await connection.execute(_FIND, {"source": source, "id": event_id})).mappings().first()
    return Found(**row) if row else None
