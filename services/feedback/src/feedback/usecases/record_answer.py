"""An answer is here: what follows? It is stored once, published, and opens a case where somebody should call.

What came as an event is on the log already and is not published again.
"""

from datetime import datetime
from typing import Final

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import resolve
from common.contracts.feedback import Answer, SurveyAnswered
from common.events import FEEDBACK, Event, encode_event
from common.outbox import add_to_outbox
from feedback.domain.answer import NewAnswer, Origin
from feedback.store.answers import add_answer
from feedback.usecases.open_cases import open_case_for
from feedback.usecases.survey_desk import SurveyDesk

SOURCE: Final = "guanxi.feedback"


async def record_answer(
    connection: AsyncConnection, answer: NewAnswer, *, desk: SurveyDesk, now: datetime
) -> str | None:
    """The answer's new id; None when it was stored before, and then nothing follows."""
    answer_id = await add_answer(connection, answer, desk.cases.seal)
    if answer_id is None:
        return None
    customer = await resolve(connection, answer.customer)
    if answer.origin is not Origin.EVENT:
        event = _event(answer_id, customer, answer, now)
        await add_to_outbox(connection, FEEDBACK, [(customer, encode_event(event))], partitions=desk.partitions)
    if answer.rating is not None:
        await open_case_for(
            connection,
            answer_id=answer_id,
            customer=customer,
            rating=answer.rating,
            touchpoint=answer.touchpoint,
            answered_at=answer.answered_at,
            now=now,
            desk=desk.cases,
        )
    return answer_id


def _event(answer_id: str, customer: str, answer: NewAnswer, now: datetime) -> Event:
    told = SurveyAnswered(
        answer_id=answer_id,
        survey=answer.survey,
        survey_version=answer.version,
        survey_kind=answer.kind,
        wave=answer.wave,
        touchpoint=answer.touchpoint,
        channel=answer.channel,
        rating=answer.rating,
        answers=[Answer(**one.turned()) for one in answer.answers],
        request_id=answer.request_id,
        origin=answer.origin,
    )
    return Event(
        id=answer_id,
        source=SOURCE,
        type="survey.answered",
        subject=customer,
        time=answer.answered_at,
        recordedtime=now,
        data=to_builtins(told),
    )
