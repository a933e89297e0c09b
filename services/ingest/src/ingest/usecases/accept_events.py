"""Which of these events come in? Each is admitted or refused alone; what is admitted is durable when this returns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import asyncpg
import structlog
from msgspec import Raw, Struct
from msgspec.json import decode
from sqlalchemy.exc import SQLAlchemyError

from common.database import Database, is_transient
from common.errors import AppError, Unavailable
from ingest.domain.admission import Admitted, Circumstances, admit, admit_as_sent
from ingest.domain.canonical import CanonicalEvent
from ingest.domain.customers import Customers
from ingest.domain.dialect import Unmappable
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
    customers: Customers


class Unread(NamedTuple):
    """In an event's place: what was sent, and why its dialect makes no event of it."""

    sent: Any
    refusal: AppError


class Refused(NamedTuple):
    """An event that does not come in: its place in the request, what was sent, and why."""

    place: int
    sent: Any
    refusal: AppError


@dataclass(slots=True, kw_only=True)
class Judged:
    """A request's events before any is durable; of those named alike, the first is admitted."""

    number: int
    admitted: dict[tuple[str, str], Admitted]
    refused: list[Refused]


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


def judge(events: Sequence[Any], given: Circumstances) -> Judged:
    """Which events may come in. An item may also be what its dialect could not read. No I/O.

    Apart from `accept`, so that what was decoded is freed, and its memory hot again, before anything waits.
    """
    admitted: dict[tuple[str, str], Admitted] = {}
    refused: list[Refused] = []
    for place, event in enumerate(events):
        if isinstance(event, Unread):
            refused.append(Refused(place, event.sent, event.refusal))
            continue
        try:
            one = admit(event, given)
        except AppError as refusal:
            refused.append(Refused(place, event, refusal))
            continue
        admitted.setdefault(one.name, one)
    return Judged(number=len(events), admitted=admitted, refused=refused)


def judge_as_sent(events: Sequence[tuple[CanonicalEvent, Raw]], given: Circumstances) -> Judged:
    """`judge`, with the same verdicts, for events in exactly the canonical form."""
    admitted: dict[tuple[str, str], Admitted] = {}
    refused: list[Refused] = []
    for place, (event, sent) in enumerate(events):
        try:
            one = admit_as_sent(event, sent, given)
        except AppError as refusal:
            refused.append(Refused(place, decode(sent), refusal))
            continue
        admitted.setdefault(one.name, one)
    return Judged(number=len(events), admitted=admitted, refused=refused)


async def accept(door: Door, judged: Judged, *, given: Circumstances, dialect: str) -> Outcome:
    """Make durable what may come in, or NotDurable: send the same request again."""
    admitted, refused = judged.admitted, judged.refused
    for name in door.recent.known(admitted.keys()):
        del admitted[name]
    duplicates = judged.number - len(refused) - len(admitted)
    if admitted:
        door.recent.add_all(admitted, await door.log.keep(admitted.values(), accepted_at=given.moment.at))
    rejected = await _keep_refused(door, refused, given=given, dialect=dialect) if refused else []
    accepted = judged.number - duplicates - len(rejected)
    return Outcome(accepted=accepted, duplicates=duplicates, rejected=rejected)


async def _keep_refused(
    door: Door, refused: Sequence[Refused], *, given: Circumstances, dialect: str
) -> list[Rejection]:
    """Keep what is refused in quarantine. Unmappable events must get there; the others are named in the answer."""
    kept, rejected = [], []
    for place, event, refusal in refused:
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
            rejected.append(Rejection(index=place, id=event_id, code=refusal.reason, message=message, pointer=pointer))
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
