"""How does engagement learn whom feedback wants to ask? survey.invitation_wanted, with the link to send."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.feedback import InvitationWanted
from common.events import FEEDBACK, Event, encode_event
from common.outbox import add_to_outbox
from feedback.domain.request import Request
from feedback.usecases.survey_desk import SurveyDesk

SOURCE: Final = "guanxi.feedback"


async def publish_invitations(
    connection: AsyncConnection, wanted: Sequence[tuple[str, Request, Mapping[str, Request]]], *, desk: SurveyDesk
) -> None:
    """Queue (canonical customer, request, originals of reminders by id); a reminder has its original's link."""
    messages = []
    for customer, request, originals in wanted:
        link = link_of(originals.get(request.reminder_of or "", request), desk)
        messages.append((customer, encode_event(_event(customer, request, link))))
    await add_to_outbox(connection, FEEDBACK, messages, partitions=desk.partitions)


def link_of(request: Request, desk: SurveyDesk) -> str:
    """The link that a request was given. Raises UnknownToken when its key is gone."""
    if request.token_seed is None or request.token_hash is None or request.expires_at is None:
        raise ValueError(f"{request.request_id} was given no token")
    return desk.page_of(desk.tokens.remake(request.token_seed, request.expires_at, request.token_hash))


def _event(customer: str, request: Request, link: str) -> Event:
    if request.asked_at is None or request.expires_at is None or request.version is None:
        raise ValueError(f"{request.request_id} was not asked")
    told = InvitationWanted(
        request_id=request.request_id,
        survey=request.survey,
        survey_version=request.version,
        survey_kind=request.kind,
        wave=request.wave,
        touchpoint=request.touchpoint,
        language=request.language or "",
        url=link,
        expires_at=request.expires_at,
        reminder=request.reminder_of is not None,
        throttle_exempt=request.throttle_exempt,
        case_id=request.case_id,
    )
    return Event(
        id=f"{request.request_id}:wanted",
        source=SOURCE,
        type="survey.invitation_wanted",
        subject=customer,
        time=request.asked_at,
        recordedtime=request.asked_at,
        data=to_builtins(told),
    )
