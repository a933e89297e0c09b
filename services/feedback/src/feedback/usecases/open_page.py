"""What does a survey link show? The survey while it is open; a GET never records anything."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.erasure import is_erased
from feedback.domain.request import Request, RequestState
from feedback.domain.survey import Survey
from feedback.domain.survey_token import UnknownToken
from feedback.store.database_clock import read_now
from feedback.store.requests import find_by_token
from feedback.usecases.live_surveys import UnknownSurvey
from feedback.usecases.survey_desk import SurveyDesk


class PageState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`survey` and `request` are there where the link is known and not closed."""

    state: PageState
    now: datetime
    survey: Survey | None = None
    request: Request | None = None


async def open_page(connection: AsyncConnection, token: str, *, desk: SurveyDesk, lock: bool = False) -> Page:
    """The page of a token; `lock` keeps others from answering it before the transaction ends."""
    now = await read_now(connection)
    try:
        read = desk.tokens.read(token)
    except UnknownToken:
        return Page(state=PageState.UNKNOWN, now=now)
    request = await find_by_token(connection, read.hash, lock=lock)
    if request is None or request.version is None or request.expires_at is None:
        return Page(state=PageState.CLOSED if read.expires_at <= now else PageState.UNKNOWN, now=now)
    if is_erased(request.customer):
        return Page(state=PageState.CLOSED, now=now)
    if request.state is not RequestState.ANSWERED and request.expires_at <= now:
        return Page(state=PageState.CLOSED, now=now)
    try:
        survey = await desk.surveys.version(connection, request.survey, request.version)
    except UnknownSurvey:
        return Page(state=PageState.CLOSED, now=now)
    answered = request.state is RequestState.ANSWERED
    return Page(state=PageState.ANSWERED if answered else PageState.OPEN, now=now, survey=survey, request=request)
