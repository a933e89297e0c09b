"""What could not be applied, why, and how is it tried again? Rows in the transaction of the progress (R8)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.events import Event, decode_event

IN_A_ROW: Final = 20
WINDOW: Final = 10_000
MOST_IN_WINDOW: Final = 130
"""1 % of the window and three standard deviations, so that a steady 1 % does not trip by chance."""


class Received(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record as consumed: where it stood, its bytes as they are stored, and the envelope read from them."""

    topic: str
    partition: int
    offset: int
    value: bytes
    event: Event


Handle = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]
"""Apply a batch inside the given transaction, once or not at all. Records of one partition stand in offset order."""

_INSERT = text(
    """
    INSERT INTO dead_letter
        (topic, partition, "offset", event_source, event_id, customer, payload, reason, code_version)
    VALUES (:topic, :partition, :offset, :event_source, :event_id, :customer, :payload, :reason, :code_version)
    ON CONFLICT (topic, partition, "offset") DO NOTHING
    """
)
_COUNT = text(
    """
    SELECT count(*) FILTER (WHERE "offset" >= :row_from), count(*)
    FROM dead_letter
    WHERE topic = :topic AND partition = :partition AND "offset" >= :window_from AND "offset" < :offset
      AND replayed_at IS NULL AND code_version = :code_version
    """
)
_LIST = text(
    """
    SELECT id, topic, partition, "offset", event_source || '/' || event_id AS event, customer, reason, code_version,
        created_at
    FROM dead_letter WHERE replayed_at IS NULL ORDER BY id LIMIT :limit
    """
)
_TAKE = text(
    """
    SELECT topic, partition, "offset", payload FROM dead_letter
    WHERE id = :id AND replayed_at IS NULL FOR UPDATE SKIP LOCKED
    """
)
_DONE = text("UPDATE dead_letter SET replayed_at = now() WHERE id = :id")
_FAILED = text("UPDATE dead_letter SET reason = :reason, code_version = :code_version WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that could not be applied, as an operator sees it."""

    id: int
    topic: str
    partition: int
    offset: int
    event: str | None
    customer: str | None
    reason: str
    code_version: str
    created_at: object


def describe(error: BaseException) -> str:
    """The reason that is stored: the error's class and text, bounded, without NUL."""
    return _storable(f"{type(error).__name__}: {error}"[:1000])


def _storable(told: str) -> str:
    """PostgreSQL's text knows no NUL, which a poisoned record may hold; its bytes are kept as they came."""
    return told.replace("\0", "\ufffd")


async def bury(
    connection: AsyncConnection,
    *,
    topic: str,
    partition: int,
    offset: int,
    value: bytes,
    reason: str,
    code_version: str,
) -> None:
    """Keep one record that cannot be applied."""
    try:
        event: Event | None = decode_event(value)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        event = None
    await connection.execute(
        _INSERT,
        {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "event_source": _storable(event.source) if event else None,
            "event_id": _storable(event.id) if event else None,
            "customer": _storable(event.subject) if event else None,
            "payload": value,
            "reason": reason,
            "code_version": code_version,
        },
    )


async def brake_trips(
    connection: AsyncConnection, *, topic: str, partition: int, offset: int, code_version: str
) -> bool:
    """Whether one more dead letter at this offset is too many for this code: 20 in a row, or more than 1 %.

    Counted from the rows, so a restart does not forget; replayed letters and those of older code do not count.
    """
    row = await connection.execute(
        _COUNT,
        {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "row_from": offset - IN_A_ROW + 1,
            "window_from": offset - WINDOW,
            "code_version": code_version,
        },
    )
    recent, in_window = row.one()
    return bool(recent >= IN_A_ROW - 1 or in_window >= MOST_IN_WINDOW)


async def list_dead_letters(database: Database, *, limit: int = 100) -> list[DeadLetter]:
    """The oldest letters not replayed yet."""
    async with database.transaction() as connection:
        return [DeadLetter(**row) for row in (await connection.execute(_LIST, {"limit": limit})).mappings()]


async def replay(database: Database, handle: Handle, letter_id: int, *, code_version: str) -> str | None:
    """Apply one letter again with the present code; None when it took effect, else why it did not."""
    try:
        async with database.transaction() as connection:
            row = (await connection.execute(_TAKE, {"id": letter_id})).one_or_none()
            if row is None:
                return "no such letter, already replayed, or being replayed"
            topic, partition, offset, payload = row
            event = decode_event(payload)
            await handle(
                connection, [Received(topic=topic, partition=partition, offset=offset, value=payload, event=event)]
            )
            await connection.execute(_DONE, {"id": letter_id})
            return None
    except Exception as error:
        if is_transient(error):
            raise
        async with database.transaction() as connection:
            await connection.execute(
                _FAILED, {"id": letter_id, "reason": describe(error), "code_version": code_version}
            )
        return describe(error)
