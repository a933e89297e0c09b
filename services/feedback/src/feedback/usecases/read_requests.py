"""Who was asked with a survey, and what became of it? A customer's asks are those of all its ids."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import members, resolve
from feedback.domain.request import ListedRequest
from feedback.store.requests import list_requests
from feedback.usecases.survey_desk import SurveyDesk


async def read_survey_requests(
    connection: AsyncConnection, survey: str, *, own: str | None, before: int | None, limit: int, desk: SurveyDesk
) -> Sequence[ListedRequest]:
    """Up to `limit` asks before a number. Raises UnknownSurvey."""
    await desk.surveys.find(connection, survey)
    ids = None
    if own is not None:
        customer = await resolve(connection, own)
        ids = (await members(connection, [customer]))[customer]
    return await list_requests(connection, survey=survey, ids=ids, before=before, limit=limit)
