"""POST /v1/surveys/{id}/invitations: ask one customer by hand."""

from fastapi import APIRouter, Request, status
from pydantic import BaseModel, ConfigDict, Field

from common.http.transaction import Connection
from common.identity import read_customer
from feedback.api.desk import Desk
from feedback.usecases.invite_customer import invite_customer

router = APIRouter()


class InvitationAsked(BaseModel):
    """`customer` is a canonical id or any known identifier: `email:ann@example.com`, `user_id:42`."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field(min_length=1, max_length=300)


class InvitationAnswer(BaseModel):
    """`state` is `wanted` or `skipped` (with `reason`); the link works either way."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    url: str
    state: str
    reason: str | None


@router.post("/v1/surveys/{survey}/invitations", status_code=status.HTTP_201_CREATED)
async def post_invitation(
    survey: str, asked: InvitationAsked, request: Request, connection: Connection, desk: Desk
) -> InvitationAnswer:
    """A link for one customer; whether it is also delivered is engagement's to decide."""
    own = read_customer(asked.customer, request.app.state.identity_key)
    return InvitationAnswer.model_validate(await invite_customer(connection, survey, own, desk=desk))
