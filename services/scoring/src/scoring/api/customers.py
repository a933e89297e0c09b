"""GET /v1/customers/{customer} and what hangs below it, and the cards of many: where does this relationship stand?"""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field

from common.http.freshness import CurrentFreshness
from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers import CardAnswer, CardsAnswer, TimelineAnswer
from scoring.api.asking import NOT_YET, WHEN_APPLIED, AskedCustomer, AsOf, ChosenRules, Day, Deployed, Identity
from scoring.domain.state.days import end_of_day
from scoring.store.timeline import timeline
from scoring.usecases.get_cards import get_cards
from scoring.usecases.read_cards import read_card

router = APIRouter()

MOST_CARDS = 100


@router.get("/v1/customers/{customer}", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_card(
    asked: AskedCustomer,
    as_of: AsOf,
    rules: ChosenRules,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
) -> CardAnswer:
    """The relationship card, with habits, preferences and the portrait."""
    customer = await asked.find()
    card = await read_card(connection, customer, as_of=as_of, rules=rules, deployment=deployment)
    return CardAnswer.model_validate({**card, "freshness": freshness})


@router.get("/v1/customers/{customer}/timeline", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_timeline(
    asked: AskedCustomer,
    paging: Paging,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    as_of: Day = None,
) -> TimelineAnswer:
    """Every event of the customer and its aliases, newest first; with `as_of` up to the end of that local day."""
    customer = await asked.find()
    name = f"timeline {as_of}"
    before = paging.after(name, tuple[datetime, str, str])
    until = None if as_of is None else end_of_day(as_of, deployment.zone)
    rows = await timeline(connection, customer.subjects, before=before, until=until, limit=paging.limit + 1)
    page = paging.page(name, rows, lambda row: row[0])
    page["data"] = [msgspec.json.decode(event) for _, event in page["data"]]
    return TimelineAnswer.model_validate({**page, "as_of": as_of or deployment.today(), "freshness": freshness})


class CardsQuestion(BaseModel):
    """Customers by canonical id or `kind:value`."""

    customers: Annotated[list[Annotated[str, Field(max_length=512)]], Field(min_length=1, max_length=MOST_CARDS)]
    as_of: Day = None


@router.post("/v1/customers/batch-get", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def post_batch_get(
    asked: CardsQuestion,
    connection: Connection,
    rules: ChosenRules,
    deployment: Deployed,
    key: Identity,
    freshness: CurrentFreshness,
) -> CardsAnswer:
    """The cards of up to 100 customers."""
    as_of = asked.as_of or deployment.today()
    cards, missing = await get_cards(
        connection, asked.customers, as_of=as_of, rules=rules, identity_key=key, deployment=deployment
    )
    return CardsAnswer.model_validate({"data": cards, "missing": missing, "as_of": as_of, "freshness": freshness})
