"""GET /v1/customers/{customer}: does the mirror work, and what would a survey know of this customer?"""

from collections.abc import Sequence
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from common.http.customers import OwnId, Today
from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from feedback.usecases.read_customer import MirroredCustomer, read_customer

router = APIRouter()


class ConsentTold(BaseModel):
    """The last word of one of the customer's ids on being asked by a channel (`*`: every channel)."""

    model_config = ConfigDict(from_attributes=True)

    customer: str
    channel: str
    granted: bool
    told_at: datetime


class ShownRelationship(BaseModel):
    """Scoring's last word."""

    model_config = ConfigDict(from_attributes=True)

    as_of: date
    tier: str
    segment: str
    key_account: bool | None


class CustomerAnswer(BaseModel):
    """One customer with all its aliases."""

    customer: str
    aliases: Sequence[str]
    first_contact_at: datetime | None
    language: str | None
    research_consents: list[ConsentTold]
    relationship: ShownRelationship | None
    as_of: date
    freshness: Freshness


@router.get("/v1/customers/{customer}")
async def get_customer(own: OwnId, connection: Connection, today: Today, freshness: CurrentFreshness) -> CustomerAnswer:
    """What feedback has heard of a customer."""
    return _answer(await read_customer(connection, own), today, freshness)


def _answer(known: MirroredCustomer, today: date, freshness: Freshness) -> CustomerAnswer:
    return CustomerAnswer(
        customer=known.customer,
        aliases=known.aliases,
        first_contact_at=known.first_contact_at,
        language=known.language,
        research_consents=[ConsentTold.model_validate(one) for one in known.research_consents],
        relationship=None if known.relationship is None else ShownRelationship.model_validate(known.relationship),
        as_of=today,
        freshness=freshness,
    )
