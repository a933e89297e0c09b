"""POST /v1/actions/{id}/outcome: was it sent after all, did it fail, was the customer reached?"""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from common.http.transaction import Connection
from engagement.api.action_answer import ActionAnswer, action_answer
from engagement.api.actions import ActionNumber, Deployed
from engagement.domain.told_outcome import ToldOutcome
from engagement.usecases.post_outcome import post_outcome
from engagement.usecases.read_action import read_action

router = APIRouter(tags=["actions"])


class OutcomeTold(BaseModel):
    """A receiver's or a member of staff's word; saying it twice changes nothing more."""

    model_config = ConfigDict(extra="forbid")

    outcome: ToldOutcome
    staff_id: Annotated[str | None, Field(min_length=1, max_length=128, description="who sent it")] = None


@router.post("/v1/actions/{id}/outcome")
async def post_action_outcome(
    number: ActionNumber, told: OutcomeTold, connection: Connection, deployment: Deployed
) -> ActionAnswer:
    """Record it. A late confirmation of what was unknown or expired counts as sent."""
    await post_outcome(connection, number, told.outcome, staff_id=told.staff_id, deployment=deployment)
    return action_answer((await read_action(connection, number)).answered)
