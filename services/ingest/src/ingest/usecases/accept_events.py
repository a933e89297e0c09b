"""Which of these events come in? Each is admitted or refused alone; what is admitted is durable when this returns."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import asyncpg
import structlog
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from common.database import Database, is_transient
from common.errors import AppError, Unavailable
from ingest.domain.admission import Admitted, Circumstances, admit
from ingest.domain.dialect import Unmappable
from ingest.domain.identity import OwnIds
from ingest.store.aliases import KnownAliases
from ingest.store.log import Log
from ingest.store.quarantine import Kept, keep_in_quarantine
from ingest.store.recent import Recent

log = structlog.get_logger()

MOST_EVENTS: Final = 2500
DATABASE_ERRORS: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Everything that one process needs to let events in."""

    database: Database
    log: Log
    recent: Recent
    aliases: KnownAliases
    own_ids: OwnIds


class Unread(NamedTuple):
    """In an event's place: what was sent, and why its dialect makes no event of it."""

    sent: Any
    refusal: AppError


class Rejection(Struct, kw_only=True, frozen=True):
    """Why one event of a request does not come in; `pointer` (RFC 6901) names the place inside it."""

    index: int
    id: str | None
    code: str
    message: str
    pointer: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a request's events: their sum is what was sent."""

    accepted: int
    duplicates: int
    rejected: list[Rejection]


async def accept_events(
    door: Door,
    events: Sequence[Any],
    *,
    given: Circumstances,
    dialect: str = "canonical",
    check: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Let events in. An item may also be what its dialect could not read. NotDurable: send the same request again.

    `check` gets the colons of all events, before any is durable, and may refuse the request.
    """
    admitted: dict[tuple[str, str], Admitted] = {}
    refused: list[tuple[int, AppError]] = []
    duplicates = colons = 0
    for index, event in enumerate(events):
        if isinstance(event, Unread):
            refused.append((index, event.refusal))
            continue
        try:
            one = admit(event, given)
        except AppError as refusal:
            refused.append((index, refusal))
            continue
        colons += one.colons
        name = (one.source, one.id)
        if name in admitted:
            duplicates += 1
        else:
            admitted[name] = one
    check(colons)
    for name in door.recent.known(admitted):
        del admitted[name]
        duplicates += 1
    if admitted:
        places = await door.log.keep(list(admitted.values()), accepted_at=given.moment.at)
        door.recent.add_all(zip(admitted, places, strict=True))
    rejected = await _keep_refused(door, events, refused, given=given, dialect=dialect) if refused else []
    accepted = len(events) - duplicates - len(rejected)
    return Outcome(accepted=accepted, duplicates=duplicates, rejected=rejected)


async def _keep_refused(
    door: Door, events: Sequence[Any], refused: Sequence[tuple[int, AppError]], *, given: Circumstances, dialect: str
) -> list[Rejection]:
    """Keep what is refused in quarantine. Unmappable events must get there; the others are named in the answer."""
    kept, rejected = [], []
    for index, refusal in refused:
        event = events[index]
        if isinstance(event, Unread):
            event = event.sent
        event_id = _text(event, "id") or _text(event, "messageId")
        accepted = isinstance(refusal, Unmappable)
        message, pointer = _printable(refusal.message), _printable(str(refusal.data.get("pointer", "")))
        kept.append(
            Kept(
                source=given.sender.source_of(_text(event, "source")),
                event_id=event_id,
                accepted=accepted,
                code=refusal.reason,
                message=message,
                pointer=pointer,
                payload=json.dumps(event).encode(),
            )
        )
        if not accepted:
            rejected.append(Rejection(index=index, id=event_id, code=refusal.reason, message=message, pointer=pointer))
    try:
        async with door.database.transaction() as connection:
            await keep_in_quarantine(connection, kept, sender=given.sender.name, dialect=dialect)
    except DATABASE_ERRORS as error:
        if not is_transient(error):
            raise
        log.warning("quarantine_failed", events=len(kept), error=type(error).__name__)
        if len(rejected) < len(refused):
            raise Unavailable("Some events could not be kept; send the same request again.", retry_after=2) from error
    return rejected


def _printable(text: str) -> str:
    """A text that any encoder and column takes, whatever was quoted in it."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _text(event: Any, name: str) -> str | None:
    """A short text attribute of whatever was sent, fit for a column."""
    value = event.get(name) if isinstance(event, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= 256 or "\0" in value:
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value
