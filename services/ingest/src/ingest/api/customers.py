"""Who is this customer? The canonical id and every id that is the same one."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel

from common.http.customers import OwnId
from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from ingest.usecases.show_customer import show_customer

router = APIRouter(tags=["identity"])


class Alias(BaseModel):
    id: str
    kind: str | None


class ShownCustomer(BaseModel):
    """`identifiers` counts the kinds known; their values are not kept here."""

    customer: str
    aliases: list[Alias]
    identifiers: dict[str, int]
    first_seen_at: datetime
    as_of: datetime
    freshness: Freshness


@router.get("/v1/customers/{customer}", summary="Identity of a customer", response_model=ShownCustomer)
async def get_customer(own: OwnId, connection: Connection, freshness: CurrentFreshness) -> dict[str, object]:
    found = await show_customer(connection, own)
    return {
        "customer": found.customer,
        "aliases": found.aliases,
        "identifiers": found.identifiers,
        "first_seen_at": found.first_seen_at,
        "as_of": datetime.now(UTC),
        "freshness": freshness,
    }
