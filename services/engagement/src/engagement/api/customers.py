"""GET /v1/customers/{customer}: does the mirror work, and what may be done with this customer?

Operators see which fields and addresses are known, never their values.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from common.contracts.interactions import ConsentPurpose
from common.http.customers import OwnId, Today
from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from engagement.domain.consent import ConsentState
from engagement.usecases.read_customer import MirroredCustomer, read_customer

router = APIRouter()


class ConsentAnswer(BaseModel):
    """The answer for a purpose on a channel (`*`: profiling knows no channel)."""

    purpose: ConsentPurpose
    channel: str
    state: ConsentState
    allowed: bool


class ShownRelationship(BaseModel):
    """Scoring's last word."""

    as_of: date
    segment: str
    tier: str
    stage: str | None
    status: str | None
    key_account: bool | None
    churn_band: str | None


class CustomerAnswer(BaseModel):
    """One customer with all its aliases."""

    customer: str
    aliases: list[str]
    profile: Annotated[list[str], Field(description="names of the fields that are known")]
    addresses: Annotated[dict[str, int], Field(description="how many are known, by kind")]
    consents: list[ConsentAnswer]
    relationship: ShownRelationship | None
    as_of: date
    freshness: Freshness


@router.get("/v1/customers/{customer}")
async def get_customer(
    customer: str, own: OwnId, connection: Connection, today: Today, freshness: CurrentFreshness
) -> CustomerAnswer:
    """What engagement has heard of a customer."""
    return _answer(await read_customer(connection, own, named=customer), today, freshness)


def _answer(known: MirroredCustomer, today: date, freshness: Freshness) -> CustomerAnswer:
    return CustomerAnswer(
        customer=known.customer,
        aliases=list(known.aliases),
        profile=sorted(known.profile),
        addresses=dict(known.addresses),
        consents=[
            ConsentAnswer(purpose=one.purpose, channel=one.channel, state=one.state, allowed=one.allowed)
            for one in known.consents
        ],
        relationship=None if known.card is None else ShownRelationship.model_validate(known.card),
        as_of=today,
        freshness=freshness,
    )
