"""Which answers do producers tell as events? They are stored, and not published again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Interaction
from common.events import LAST_WRITER, Event, is_from_service
from feedback.domain.answer import CHANNEL, NewAnswer, Origin
from feedback.domain.survey import Survey
from feedback.store.database_clock import read_now
from feedback.usecases.find_wave import find_wave
from feedback.usecases.record_answer import record_answer
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
    for event in sorted(told, key=LAST_WRITER):
        said = convert(event.data, Interaction)
        if said.rating is None:
            continue
        survey = surveys.get(_named(event))
        wave = None if survey is None else await find_wave(connection, survey, event.time, zone=desk.zone)
        await record_answer(connection, _answer(event, said, survey, wave), desk=desk, now=at)


def _named(event: Event) -> str:
    named = event.data.get("survey")
    return named if isinstance(named, str) and 0 < len(named) <= 128 else ELSEWHERE


def _answer(event: Event, said: Interaction, survey: Survey | None, wave: str | None) -> NewAnswer:
    return NewAnswer(
        source=event.source,
        id=event.id,
        survey=_named(event),
        version=0 if survey is None else survey.version,
        kind=said.rating.kind if said.rating else ELSEWHERE,
        wave=wave,
        touchpoint=said.touchpoint or (survey.touchpoint if survey else None),
        customer=event.subject,
        channel=said.channel or CHANNEL,
        answered_at=event.time,
        rating=said.rating,
        origin=Origin.EVENT,
    )
