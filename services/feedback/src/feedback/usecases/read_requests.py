"""Who was asked with a survey, and what became of it? A customer's asks are those of all its ids."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.request import ListedRequest
from feedback.store.requests import list_requests
from feedback.usecases.find_customer_ids import find_customer_ids
from feedback.usecases.survey_desk import SurveyDesk


async def read_survey_requests(
    connection: AsyncConnection, survey: str, *, own: str | None, before: int | None, limit: int, desk: SurveyDesk
) -> Sequence[ListedRequest]:
    """Up to `limit` asks before a number. Raises UnknownSurvey, CustomerErased."""
    await desk.surveys.find(connection, survey)
    ids = None if own is None else await find_customer_ids(connection, own)
    return await list_requests(connection, survey=survey, ids=ids, before=before, limit=limit)
