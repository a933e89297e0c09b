"""Is there what a report is asked for? A survey or wave that nobody knows has no figures, not even none."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from feedback.store.report_answers import Asked, read_rating_kinds
from feedback.store.waves import read_wave_names
from feedback.usecases.live_surveys import UnknownSurvey
from feedback.usecases.survey_desk import SurveyDesk

NAMED: Final = 12


class UnknownWave(Absent):
    """There was no wave of this name."""

    code = "unknown_wave"


async def check_asked(connection: AsyncConnection, asked: Asked, *, desk: SurveyDesk) -> list[str]:
    """What the answers of the survey rate. Raises UnknownSurvey where nobody was asked or answered, UnknownWave."""
    told: list[str] = []
    if asked.survey is not None:
        live = await desk.surveys.current(connection)
        told = await read_rating_kinds(connection, asked.survey)
        if asked.survey not in live and not told:
            known = ", ".join(sorted(live)) or "none"
            raise UnknownSurvey(f"There is no survey `{asked.survey[:80]}`, nor an answer to one; there are {known}.")
    if asked.wave is not None:
        waves = await read_wave_names(connection, asked.survey)
        if asked.wave not in waves:
            known = ", ".join(waves[:NAMED]) or "none yet"
            raise UnknownWave(f"There is no wave `{asked.wave[:80]}`; there are {known}.")
    return told
