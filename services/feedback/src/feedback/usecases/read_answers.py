"""What was answered, by whom? Newest first; a customer's answers are those of all its ids."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.store.answers import StoredAnswer, list_answers
from feedback.usecases.find_customer_ids import find_customer_ids
from feedback.usecases.survey_desk import SurveyDesk


async def read_answers(
    connection: AsyncConnection,
    *,
    own: str | None,
    survey: str | None,
    before: int | None,
    limit: int,
    desk: SurveyDesk,
) -> Sequence[StoredAnswer]:
    """Up to `limit` answers before a number; `own` is any id of the customer. Raises CustomerErased."""
    ids = None if own is None else await find_customer_ids(connection, own)
    return await list_answers(connection, survey=survey, ids=ids, before=before, limit=limit, seal=desk.cases.seal)
