"""Does a wave open? Then everybody whom we have known for 21 days is to be asked once, page by page.

The opening is the signal, and signals older than seven days ask nobody: a deployment that starts or imports its
history in the middle of a quarter begins to ask with the next one.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.request import Planned
from feedback.domain.survey import Survey
from feedback.domain.wave import wave_at
from feedback.store.requests import plan_requests
from feedback.store.waves import AskingWave, add_wave, asking_waves, customers_after, save_planned
from feedback.usecases.plan_asks import SIGNAL_AGE
from feedback.usecases.publish_invitations import SOURCE
from feedback.usecases.survey_desk import SurveyDesk

PAGE: Final = 2000


async def plan_waves(connection: AsyncConnection, *, desk: SurveyDesk, now: datetime) -> int:
    """Open waves that begin and plan a page of asks; how many asks were planned."""
    surveys = await desk.surveys.current(connection)
    for survey in surveys.values():
        if survey.enabled and survey.wave is not None:
            span = wave_at(survey.wave, now, desk.zone)
            await add_wave(connection, survey.name, span, asks=now < span.opens_at + SIGNAL_AGE)
    return sum(
        [
            await _plan_page(connection, wave, surveys[wave.survey], desk=desk, now=now)
            for wave in await asking_waves(connection)
            if wave.survey in surveys
        ]
    )


async def _plan_page(
    connection: AsyncConnection, wave: AskingWave, survey: Survey, *, desk: SurveyDesk, now: datetime
) -> int:
    met_before = now - timedelta(days=desk.throttle.first_contact_days)
    customers = await customers_after(connection, wave.planned_to, met_before=met_before, limit=PAGE)
    planned = [
        Planned(
            survey=survey.name,
            kind=survey.kind,
            customer=customer,
            source=SOURCE,
            id=f"wave:{wave.name}:{customer}",
            at=wave.opens_at,
            due_at=wave.opens_at,
            touchpoint=survey.touchpoint,
            wave=wave.name,
        )
        for customer in customers
    ]
    await plan_requests(connection, planned)
    last = customers[-1] if customers else wave.planned_to
    await save_planned(connection, wave, last, asks=len(customers) == PAGE)
    return len(planned)
