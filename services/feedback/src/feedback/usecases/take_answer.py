"""Another survey tool tells of an answer: what is stored? Once for each (source, id), on its own scale.

An answer without a wave belongs to the one that was open when it was given. Surveys of others need not be known here;
their version is 0.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from feedback.domain.answer import AnsweredQuestion, NewAnswer, Origin, rating_of
from feedback.domain.survey import Direction, Survey
from feedback.domain.wave import is_wave_name, wave_at
from feedback.store.answers import StoredAnswer, read_answer
from feedback.store.database_clock import read_now
from feedback.usecases.erase_customers import refuse_erased
from feedback.usecases.find_wave import find_wave
from feedback.usecases.record_answer import record_answer
from feedback.usecases.survey_desk import SurveyDesk

AHEAD: Final = timedelta(minutes=10)


class AnswerInvalid(Malformed):
    """The answer breaks a rule; `pointer` says where."""

    code = "answer_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRating:
    """The main question's answer on its own scale."""

    kind: str | None
    value: float
    least: float
    most: float
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """An answer as another tool tells it; `customer` is an own id."""

    source: str
    id: str
    customer: str
    survey: str
    kind: str | None
    wave: str | None
    touchpoint: str | None
    channel: str
    answered_at: datetime
    rating: GivenRating | None
    answers: tuple[AnsweredQuestion, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)


async def take_answer(
    connection: AsyncConnection, given: GivenAnswer, *, desk: SurveyDesk
) -> tuple[StoredAnswer, bool]:
    """The stored answer, and whether it is new. Raises AnswerInvalid, CustomerErased."""
    await refuse_erased(connection, given.customer)
    now = await read_now(connection)
    if given.answered_at > now + AHEAD:
        raise AnswerInvalid("answered_at lies in the future.", pointer="/answered_at")
    survey = (await desk.surveys.current(connection)).get(given.survey)
    kind = _kind(given, survey)
    answer = _answer(given, survey, kind, await _wave(connection, given, survey, desk))
    new = await record_answer(connection, answer, desk=desk, now=now)
    stored = await read_answer(connection, given.source, given.id, desk.cases.seal)
    if stored is None:
        raise AnswerInvalid("The answer could not be stored.", pointer="/id")
    return stored, new is not None


async def _wave(connection: AsyncConnection, given: GivenAnswer, survey: Survey | None, desk: SurveyDesk) -> str | None:
    """As told, in the form of the survey's own waves where it has some: they are compared by name."""
    if given.wave is None:
        return None if survey is None else await find_wave(connection, survey, given.answered_at, zone=desk.zone)
    if survey is not None and survey.wave is not None and not is_wave_name(survey.wave, given.wave):
        usual = wave_at(survey.wave, given.answered_at, desk.zone).name
        raise AnswerInvalid(f"A wave of `{survey.name}` has a name such as {usual}.", pointer="/wave")
    return given.wave


def _kind(given: GivenAnswer, survey: Survey | None) -> str:
    if given.kind is not None:
        return given.kind
    if survey is not None:
        return survey.kind
    if given.rating is None or given.rating.kind is None:
        raise AnswerInvalid("This survey is not known here: tell its kind.", pointer="/kind")
    return given.rating.kind


def _answer(given: GivenAnswer, survey: Survey | None, kind: str, wave: str | None) -> NewAnswer:
    rating = given.rating
    main = None if survey is None else survey.main
    return NewAnswer(
        source=given.source,
        id=given.id,
        survey=given.survey,
        version=0 if survey is None else survey.version,
        kind=kind,
        wave=wave,
        touchpoint=given.touchpoint or (survey.touchpoint if survey else None),
        customer=given.customer,
        channel=given.channel,
        answered_at=given.answered_at,
        rating=None
        if rating is None
        else rating_of(
            rating.kind or (main.measure if main else kind), rating.value, rating.least, rating.most, rating.direction
        ),
        answers=given.answers,
        texts=given.texts,
        origin=Origin.API,
    )
