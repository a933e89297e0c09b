"""Somebody sent the form of a survey page: is it taken? Once, complete, and before the survey closes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.answer import CHANNEL, NewAnswer, Origin
from feedback.domain.answer_form import FilledForm, Form, FormError, read_form
from feedback.domain.request import Request
from feedback.domain.survey import Survey
from feedback.store.requests import mark_answered
from feedback.usecases.open_page import Page, PageState, open_page
from feedback.usecases.record_answer import SOURCE, record_answer
from feedback.usecases.survey_desk import SurveyDesk


class Outcome(StrEnum):
    STORED = "stored"
    INCOMPLETE = "incomplete"
    ANSWERED = "answered"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """What to tell the person; `errors` by question id where the form must be sent again."""

    outcome: Outcome
    page: Page
    errors: Mapping[str, FormError] = field(default_factory=dict)


async def answer_page(connection: AsyncConnection, token: str, form: Form, *, desk: SurveyDesk) -> PageAnswer:
    """Store the answer with its event, or say why not. Of several at once the first wins."""
    page = await open_page(connection, token, desk=desk, lock=True)
    if page.state is not PageState.OPEN or page.survey is None or page.request is None:
        return PageAnswer(outcome=Outcome(page.state), page=page)
    filled = read_form(page.survey, form)
    if filled.errors:
        return PageAnswer(outcome=Outcome.INCOMPLETE, page=page, errors=filled.errors)
    answer = _answer(page.request, page.survey, filled, page)
    stored = await record_answer(connection, answer, desk=desk, now=page.now)
    if stored is None:
        return PageAnswer(outcome=Outcome.ANSWERED, page=page)
    await mark_answered(connection, page.request.request_id)
    return PageAnswer(outcome=Outcome.STORED, page=page)


def _answer(request: Request, survey: Survey, filled: FilledForm, page: Page) -> NewAnswer:
    return NewAnswer(
        source=SOURCE,
        id=request.request_id,
        survey=survey.name,
        version=survey.version,
        kind=survey.kind,
        wave=request.wave,
        touchpoint=request.touchpoint,
        customer=request.customer,
        channel=CHANNEL,
        answered_at=page.now,
        rating=filled.rating,
        answers=filled.answers,
        texts=filled.texts,
        request_id=request.request_id,
        origin=Origin.PAGE,
    )
