"""What on the log concerns cases? Complaints, bad reviews, complaints resolved, and tasks that reached somebody."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.care import TaskChanged
from common.contracts.interactions import Interaction
from common.events import LAST_WRITER, Event, is_from_service
from feedback.domain.case import Cause, Severity
from feedback.domain.case_policy import CasePolicy
from feedback.domain.case_signal import CaseSignal, ComplaintResolution, is_bad, is_too_old, matter
from feedback.store.case_signals import add_complaint_resolutions
from feedback.store.database_clock import read_now
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.close_resolved_complaints import close_resolved_complaints
from feedback.usecases.mark_contacted import mark_contacted
from feedback.usecases.open_cases import open_cases

TYPES: Final = frozenset({"complaint.made", "review.posted", "complaint.resolved", "task.done"})
REACHED: Final = "reached"


async def hear_case_events(
    connection: AsyncConnection, events: Iterable[Event], *, desk: CaseDesk, now: datetime | None = None
) -> None:
    """Apply events of any type; `now` is the database's unless given. Resolutions count before what they resolve."""
    told = sorted((event for event in events if event.type in TYPES), key=LAST_WRITER)
    if not told:
        return
    at = now or await read_now(connection)
    resolved = [_resolution(event) for event in told if event.type == "complaint.resolved"]
    signals = [signal for event in told if (signal := _signal(event, desk.policy)) is not None]
    await add_complaint_resolutions(connection, [one for one in resolved if not is_too_old(one.at, at, desk.policy)])
    await open_cases(connection, signals, now=at, desk=desk)
    await close_resolved_complaints(connection, resolved, now=at, desk=desk)
    await mark_contacted(connection, _contacts(told))


def _signal(event: Event, policy: CasePolicy) -> CaseSignal | None:
    if event.type not in ("complaint.made", "review.posted"):
        return None
    said = convert(event.data, Interaction)
    if event.type == "review.posted" and (said.rating is None or not is_bad(said.rating, policy)):
        return None
    complaint = event.type == "complaint.made"
    return CaseSignal(
        source=event.source,
        id=event.id,
        customer=event.subject,
        at=event.time,
        cause=Cause.COMPLAINT if complaint else Cause.REVIEW,
        severity=Severity.SEVERE if complaint and said.severe else Severity.NORMAL,
        touchpoint=said.touchpoint,
        order_id=said.order_id,
        ticket_id=said.ticket_id,
        complaint_id=said.complaint_id if complaint else None,
    )


def _resolution(event: Event) -> ComplaintResolution:
    said = convert(event.data, Interaction)
    return ComplaintResolution(
        source=event.source,
        id=event.id,
        customer=event.subject,
        at=event.time,
        complaint_id=said.complaint_id,
        case_id=said.case_id,
        about=matter(touchpoint=said.touchpoint, order_id=said.order_id, ticket_id=said.ticket_id),
    )


def _contacts(events: Iterable[Event]) -> list[tuple[str, datetime]]:
    """Case ids and when a task of theirs reached the customer."""
    done = [event for event in events if event.type == "task.done" and is_from_service(event)]
    tasks = [(event.time, convert(event.data, TaskChanged)) for event in done]
    return [(task.case_id, at) for at, task in tasks if task.case_id is not None and task.outcome == REACHED]
