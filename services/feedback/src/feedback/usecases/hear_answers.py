"""Which answers do producers tell as events? They are stored, and not published again; bad ones open cases."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Interaction, Rating
from common.events import LAST_WRITER, Event, is_from_service
from feedback.domain.answer import CHANNEL, NewAnswer, Origin
from feedback.domain.case_signal import CaseSignal, answer_signal
from feedback.domain.survey import Survey
from feedback.domain.wave import wave_at
from feedback.store.database_clock import read_now
from feedback.store.heard_answers import add_heard_answers
from feedback.store.waves import add_wave
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.open_cases import open_cases
from feedback.usecases.survey_desk import SurveyDesk

ANSWERED: Final = "survey.answered"
ELSEWHERE: Final = "elsewhere"
"""The survey of an answer that names none."""


async def hear_answers(
    connection: AsyncConnection, events: Iterable[Event], *, desk: SurveyDesk, now: datetime | None = None
) -> None:
    """Store the rated answers of producers among some events."""
    told = [event for event in events if event.type == ANSWERED and not is_from_service(event)]
    if not told:
        return
    at = now or await read_now(connection)
    surveys = await desk.surveys.current(connection)
    answers = []
    for event in sorted(told, key=LAST_WRITER):
        said = convert(event.data, Interaction)
        if said.rating is not None:
            answers.append(_answer(event, said, said.rating, surveys.get(_named(event)), desk))
    await _remember_waves(connection, answers, surveys, desk)
    ids = await add_heard_answers(connection, answers)
    new = [(one, ids[one.source, one.id]) for one in _once(answers) if (one.source, one.id) in ids]
    signals = [_signal(one, answer_id, desk.cases) for one, answer_id in new]
    await open_cases(connection, [one for one in signals if one is not None], now=at, desk=desk.cases)


def _named(event: Event) -> str:
    named = event.data.get("survey")
    return named if isinstance(named, str) and 0 < len(named) <= 128 else ELSEWHERE


def _answer(event: Event, said: Interaction, rating: Rating, survey: Survey | None, desk: SurveyDesk) -> NewAnswer:
    rule = None if survey is None else survey.wave
    return NewAnswer(
        source=event.source,
        id=event.id,
        survey=_named(event),
        version=0 if survey is None else survey.version,
        kind=rating.kind,
        wave=None if rule is None else wave_at(rule, event.time, desk.zone).name,
        touchpoint=said.touchpoint or (survey.touchpoint if survey else None),
        customer=event.subject,
        channel=said.channel or CHANNEL,
        answered_at=event.time,
        rating=rating,
        origin=Origin.EVENT,
    )


async def _remember_waves(
    connection: AsyncConnection, answers: Iterable[NewAnswer], surveys: Mapping[str, Survey], desk: SurveyDesk
) -> None:
    """Every wave that an answer belongs to is known, without anybody being asked for it."""
    instants = {(one.survey, one.wave): one.answered_at for one in answers if one.wave is not None}
    for (survey, _), at in sorted(instants.items()):
        rule = surveys[survey].wave
        if rule is not None:
            await add_wave(connection, survey, wave_at(rule, at, desk.zone), asks=False)


def _once(answers: Iterable[NewAnswer]) -> list[NewAnswer]:
    return list({(one.source, one.id): one for one in reversed(list(answers))}.values())


def _signal(answer: NewAnswer, answer_id: str, desk: CaseDesk) -> CaseSignal | None:
    if answer.rating is None:
        return None
    return answer_signal(
        answer_id=answer_id,
        customer=answer.customer,
        rating=answer.rating,
        touchpoint=answer.touchpoint,
        answered_at=answer.answered_at,
        policy=desk.policy,
    )
