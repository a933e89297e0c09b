"""Where is my event? In recent memory, the spool, the quarantine, or else in scoring's ledger, which keeps them all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from common.database import Database, is_transient
from common.errors import Absent, Unavailable
from common.events import INTERACTIONS
from ingest.store.quarantine import find_in_quarantine
from ingest.store.recent import Place, Recent
from ingest.store.spool import find_in_spool
from ingest.usecases.accept_events import DATABASE_ERRORS

log = structlog.get_logger()


class NoSuchEvent(Absent):
    """No event of this source and id was accepted."""

    code = "no_such_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereItIs:
    """Where an accepted event is; what is not known is None. `reason`: why it is in quarantine."""

    source: str
    id: str
    accepted_at: datetime | None
    customer: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    spooled: bool = False
    quarantined: bool = False
    reason: str | None = None
    event: dict[str, Any] | None = None


async def find_event(
    database: Database, recent: Recent, scoring: httpx.AsyncClient | None, *, source: str, event_id: str
) -> WhereItIs:
    """The place of an accepted event; NoSuchEvent, or Unavailable where nobody who could know answers."""
    place = recent.get((source, event_id))
    if place is not None and place.offset is not None:
        return _remembered(place, source, event_id)
    refusal, database_answers = None, True
    try:
        async with database.transaction() as connection:
            spooled: dict[str, Any] | None = await find_in_spool(connection, source=source, event_id=event_id)
            if spooled is not None:
                return WhereItIs(source=source, id=event_id, spooled=True, **spooled)
            refusal = await find_in_quarantine(connection, source=source, event_id=event_id)
    except DATABASE_ERRORS as error:
        if not is_transient(error):
            raise
        log.warning("event_lookup_without_database", error=type(error).__name__)
        if place is not None:
            return _remembered(place, source, event_id)
        database_answers = False
    if refusal is not None and refusal.accepted:
        return WhereItIs(
            source=source, id=event_id, accepted_at=refusal.first_at, quarantined=True, reason=refusal.message
        )
    found = await _ask_scoring(scoring, source, event_id)
    if found is not None:
        return found
    if refusal is not None:
        raise NoSuchEvent(
            f"The event was refused and is kept in quarantine: {refusal.message}", quarantine_id=refusal.id
        )
    if not database_answers:
        raise Unavailable("The database does not answer, and the event may wait in its spool.", retry_after=2)
    raise NoSuchEvent("No event of this source and id was accepted.")


def _remembered(place: Place, source: str, event_id: str) -> WhereItIs:
    return WhereItIs(
        source=source,
        id=event_id,
        accepted_at=place.accepted_at,
        customer=place.customer,
        topic=INTERACTIONS,
        partition=place.partition,
        offset=place.offset,
        spooled=place.offset is None,
    )


async def _ask_scoring(scoring: httpx.AsyncClient | None, source: str, event_id: str) -> WhereItIs | None:
    if scoring is None:
        raise Unavailable("Scoring's address is not set (GUANXI_SCORING_URL), and nobody else knows older events.")
    try:
        answer = await scoring.get(f"/v1/events/{quote(source, safe='')}/{quote(event_id, safe='')}")
    except httpx.HTTPError as error:
        raise Unavailable("Scoring, which keeps older events, does not answer.", retry_after=2) from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    if answer.status_code != httpx.codes.OK:
        raise Unavailable(f"Scoring, which keeps older events, answered {answer.status_code}.", retry_after=2)
    found = answer.json()
    return WhereItIs(
        source=source,
        id=event_id,
        accepted_at=found.get("recorded_at"),
        customer=found.get("customer"),
        topic=found.get("topic"),
        partition=found.get("partition"),
        offset=found.get("offset"),
        event=found.get("event"),
    )
