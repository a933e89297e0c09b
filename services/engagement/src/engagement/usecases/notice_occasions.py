"""What does a batch of events mean for care? Facts that playbooks ask for, and the occasions that they answer.

Nothing is decided here. What is older than its playbook's `valid_for`, counted from event time, is counted and not
stored, so an import of the past starts no care.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import convert
from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.feedback import CaseClosed, CaseOpened
from common.contracts.relationships import DATA
from common.events import LAST_WRITER, Event, is_from_service
from engagement.domain.noticing import DETRACTOR, Watch, card_health, is_detractor, may_speak, notice
from engagement.domain.occasion import Occasion
from engagement.store.heard import CaseFact, save_cases, save_heard, save_shown_before
from engagement.store.occasions import add_occasions
from engagement.store.relationships import read_health
from engagement.usecases.current_policies import Current

OCCASIONS = Counter(
    "guanxi_occasions_total", "Occasions of events: stored, or too old to be answered", ["playbook", "outcome"]
)
_NOW = text("SELECT now()")
_CASES = {"case.opened": CaseOpened, "case.closed": CaseClosed}


async def notice_occasions(
    connection: AsyncConnection, events: Sequence[Event], *, current: Current, zone: ZoneInfo
) -> None:
    """Apply a batch; call it before the batch's cards are mirrored, for it compares with the last ones."""
    in_order = sorted(events, key=LAST_WRITER)
    await save_heard(connection, _heard(in_order, current.watched))
    relationships = [event for event in in_order if event.type in DATA and is_from_service(event)]
    await save_shown_before(connection, _shown_before(relationships))
    await save_cases(connection, _cases(event for event in in_order if event.type in _CASES and is_from_service(event)))
    health = await _health_before(connection, relationships, current)
    noticed = [
        occasion
        for event in in_order
        if event.type in current.watched.triggers
        for occasion in notice(current.watched, event, zone=zone, health_before=health.get(event.id))
    ]
    await _store(connection, noticed, current)


async def _store(connection: AsyncConnection, noticed: Sequence[Occasion], current: Current) -> None:
    if not noticed:
        return
    now: datetime = (await connection.execute(_NOW)).scalar_one()
    fresh = [one for one in noticed if one.at + current.playbooks[one.playbook].valid_for > now]
    for playbook in await add_occasions(connection, fresh):
        OCCASIONS.labels(playbook, "stored").inc()
    kept = {id(one) for one in fresh}
    for one in noticed:
        if id(one) not in kept:
            OCCASIONS.labels(one.playbook, "too_old").inc()


def _heard(events: Iterable[Event], watched: Watch) -> dict[tuple[str, str], tuple[datetime, datetime]]:
    """First and last time by (customer, what)."""
    heard: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for event in events:
        whats = [event.type] if event.type in watched.heard and may_speak(event) else []
        for what in [*whats, DETRACTOR] if is_detractor(event) else whats:
            first, last = heard.get((event.subject, what), (event.time, event.time))
            heard[event.subject, what] = (min(first, event.time), max(last, event.time))
    return heard


def _shown_before(events: Iterable[Event]) -> dict[tuple[str, str, str], date]:
    shown: dict[tuple[str, str, str], date] = {}
    for event in events:
        day = date.fromisoformat(event.data["as_of"])
        for change in event.data["changes"]:
            if change.get("from") is not None:
                key = (event.subject, change["dimension"], str(change["from"]))
                shown[key] = max(day, shown.get(key, day))
    return shown


def _cases(events: Iterable[Event]) -> list[CaseFact]:
    """The last fact of each case; `opened_at` of a closed one is what the batch knows, else the closing."""
    last: dict[str, CaseFact] = {}
    for event in events:
        fact = convert(event.data, _CASES[event.type])
        known = last.get(fact.case_id)
        closed = isinstance(fact, CaseClosed)
        due_at = known.contact_due_at if known else None
        last[fact.case_id] = CaseFact(
            case_id=fact.case_id,
            customer=event.subject,
            cause=fact.cause,
            severity=fact.severity,
            touchpoint=fact.touchpoint,
            owner=fact.owner,
            opened_at=known.opened_at if closed and known else event.time,
            contact_due_at=fact.contact_due_at if isinstance(fact, CaseOpened) else due_at,
            closed_at=event.time if closed else None,
            resolution=fact.resolution if isinstance(fact, CaseClosed) else None,
            time=event.time,
            source=event.source,
            id=event.id,
        )
    return list(last.values())


async def _health_before(
    connection: AsyncConnection, events: Sequence[Event], current: Current
) -> Mapping[str, float | None]:
    """Event id -> the health on the card before it, of events whose card is the newest yet."""
    if not events or "relationship.scored" not in current.watched.triggers:
        return {}
    known = await read_health(connection, sorted({event.subject for event in events}))
    before: dict[str, float | None] = {}
    for event in sorted(events, key=lambda one: (one.data["as_of"], one.id)):
        place = (date.fromisoformat(event.data["as_of"]), event.id)
        last = known.get(event.subject)
        if last is None or last[:2] < place:
            before[event.id] = None if last is None else last[2]
            known[event.subject] = (*place, card_health(event))
    return before
