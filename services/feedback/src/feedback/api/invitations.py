"""GET, POST /v1/surveys/{id}/invitations: who was asked and what became of it? And ask one customer by hand."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, status
from pydantic import BaseModel, ConfigDict, Field

from common.http.pagination import Page, PageQuery, Paging
from common.http.transaction import Connection
from common.identity import read_customer
from feedback.api.desk import Desk
from feedback.domain.request import ListedRequest
from feedback.usecases.invite_customer import invite_customer
from feedback.usecases.read_requests import read_survey_requests

router = APIRouter()

LIST: Final = "invitations"


class InvitationAsked(BaseModel):
    """`customer` is a canonical id or any known identifier: `email:ann@example.com`, `user_id:42`."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field(min_length=1, max_length=300)


class InvitationListed(BaseModel):
    """An ask and its state: wanted, sent, not_sent, skipped (both with `reason`), answered or expired; no link."""

    model_config = ConfigDict(from_attributes=True)

    request_id: str
    survey: str
    version: int | None
    wave: str | None
    touchpoint: str | None
    customer: str
    language: str | None
    state: str
    reason: str | None
    asked_at: datetime | None
    sent_at: datetime | None
    opened_at: datetime | None
    expires_at: datetime | None
    reminder_of: str | None
    throttle_exempt: bool
    case_id: str | None


class InvitationAnswer(BaseModel):
    """`state` is `wanted` or `skipped` (with `reason`); the link works either way."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    url: str
    state: str
    reason: str | None


@router.get("/v1/surveys/{survey}/invitations")
async def get_invitations(
    survey: str,
    request: Request,
    connection: Connection,
    desk: Desk,
    paging: Paging,
    customer: Annotated[str | None, Query(max_length=300, description="a canonical id or `kind:value`")] = None,
) -> Page[InvitationListed]:
    """The asks of a survey, newest first, each with its state and why."""
    own = None if customer is None else read_customer(customer, request.app.state.identity_key)
    found = await read_survey_requests(
        connection, survey, own=own, before=_before(paging), limit=paging.limit + 1, desk=desk
    )
    return Page[InvitationListed].model_validate(paging.page(LIST, found, _position), from_attributes=True)


def _before(paging: PageQuery) -> int | None:
    position = paging.after(LIST, tuple[int])
    return None if position is None else position[0]


def _position(listed: ListedRequest) -> tuple[int]:
    return (listed.number,)


@router.post("/v1/surveys/{survey}/invitations", status_code=status.HTTP_201_CREATED)
async def post_invitation(
    survey: str, asked: InvitationAsked, request: Request, connection: Connection, desk: Desk
) -> InvitationAnswer:
    """A link for one customer; whether it is also delivered is engagement's to decide."""
    own = read_customer(asked.customer, request.app.state.identity_key)
    return InvitationAnswer.model_validate(await invite_customer(connection, survey, own, desk=desk))
