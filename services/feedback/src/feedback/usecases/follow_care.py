"""What became of an invitation? Engagement's care events say; the one reminder follows the one that was sent.

Order and repeats do not matter: what was sent stays sent, what was answered stays answered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.care import CareDecided, CareFailed, CareSent
from common.contracts.interactions import Interaction
from common.events import LAST_WRITER, Event, is_from_service
from feedback.domain.request import Planned, Request, RequestState
from feedback.store.request_care import save_actions, save_not_sent, save_opened, save_sent
from feedback.store.requests import plan_requests, read_requests
from feedback.usecases.publish_invitations import SOURCE
from feedback.usecases.survey_desk import SurveyDesk

DECIDED: Final = "care.decided"
SENT: Final = "care.sent"
FAILED: Final = "care.failed"
CLICKED: Final = "message.clicked"
HELD_OUT: Final = "hold_out"
TYPES: Final = frozenset({DECIDED, SENT, FAILED, CLICKED})


async def follow_care(connection: AsyncConnection, events: Iterable[Event], *, desk: SurveyDesk) -> None:
    """Apply the care events of services that name a request, and clicks on what was sent."""
    told = sorted((event for event in events if event.type in TYPES and _concerns(event)), key=LAST_WRITER)
    if not told:
        return
    decided = [convert(event.data, CareDecided) for event in told if event.type == DECIDED]
    sent = [(event.time, convert(event.data, CareSent)) for event in told if event.type == SENT]
    failed = [convert(event.data, CareFailed) for event in told if event.type == FAILED]
    await save_actions(connection, {one.request_id: one.action_id for one in decided if one.request_id})
    await save_not_sent(connection, _refused(decided) | _failed(failed))
    sent_at = {one.request_id: at for at, one in reversed(sent) if one.request_id}
    await save_sent(connection, sent_at)
    await _plan_reminders(connection, sent_at, desk=desk)
    clicks = [(event.time, convert(event.data, Interaction).action_id) for event in told if event.type == CLICKED]
    await save_opened(connection, {action: at for at, action in reversed(clicks) if action})


def _concerns(event: Event) -> bool:
    if event.type == CLICKED:
        return bool(event.data.get("action_id"))
    return bool(event.data.get("request_id")) and is_from_service(event)


def _refused(decided: Iterable[CareDecided]) -> dict[str, str]:
    return {
        one.request_id: one.reason or one.decision
        for one in decided
        if one.request_id and one.decision in ("skip", HELD_OUT)
    }


def _failed(failed: Iterable[CareFailed]) -> dict[str, str]:
    return {one.request_id: one.reason for one in failed if one.request_id}


async def _plan_reminders(connection: AsyncConnection, sent_at: dict[str, datetime], *, desk: SurveyDesk) -> None:
    if not sent_at:
        return
    surveys = await desk.surveys.current(connection)
    planned = []
    for request in (await read_requests(connection, list(sent_at))).values():
        survey = surveys.get(request.survey)
        if survey is not None and survey.reminder_after is not None and _may_remind(request):
            planned.append(_reminder(request, sent_at[request.request_id] + survey.reminder_after))
    await plan_requests(connection, planned)


def _may_remind(request: Request) -> bool:
    """Nobody is reminded twice, nor of a re-ask, which is made once."""
    return request.reminder_of is None and not request.throttle_exempt and request.state is RequestState.SENT


def _reminder(request: Request, due_at: datetime) -> Planned:
    return Planned(
        survey=request.survey,
        kind=request.kind,
        customer=request.customer,
        source=SOURCE,
        id=f"{request.request_id}:reminder",
        at=request.occasion_at,
        due_at=due_at,
        touchpoint=request.touchpoint,
        wave=request.wave,
        reminder_of=request.request_id,
    )
