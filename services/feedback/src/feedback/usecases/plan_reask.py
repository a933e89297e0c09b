"""Is a recovered customer asked whether it is well now? Once a case, 7 days after it closed as resolved.

Outside the throttle, and valid until day 21 (feedback-model.md section 2).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.request import Planned
from feedback.store.answers import read_answer_by_id
from feedback.store.requests import cancel_reask, plan_requests
from feedback.usecases.publish_invitations import SOURCE

REASK_AFTER: Final = timedelta(days=7)


async def plan_reask(connection: AsyncConnection, *, case_id: str, answer_id: str, closed_at: datetime) -> None:
    """Plan the ask with the survey of the detractor's answer that opened the case. Re-asks have no wave."""
    answer = await read_answer_by_id(connection, answer_id)
    if answer is None:
        return
    planned = Planned(
        survey=answer.survey,
        kind=answer.kind,
        customer=answer.customer,
        source=SOURCE,
        id=f"{case_id}:reask",
        at=closed_at,
        due_at=closed_at + REASK_AFTER,
        touchpoint=answer.touchpoint,
        throttle_exempt=True,
        case_id=case_id,
    )
    await plan_requests(connection, [planned])


async def drop_reask(connection: AsyncConnection, case_id: str) -> None:
    """The case was reopened: nobody is asked whether it is well."""
    await cancel_reask(connection, case_id)
