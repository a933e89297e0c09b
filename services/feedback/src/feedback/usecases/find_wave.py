"""To which wave does an instant belong? To the one then open, where the survey has waves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.survey import Survey
from feedback.domain.wave import wave_at
from feedback.store.waves import add_wave


async def find_wave(connection: AsyncConnection, survey: Survey, at: datetime, *, zone: ZoneInfo) -> str | None:
    """The wave's name, the wave being remembered without asking anybody; None where the survey has none."""
    if survey.wave is None:
        return None
    span = wave_at(survey.wave, at, zone)
    await add_wave(connection, survey.name, span, asks=False)
    return span.name
