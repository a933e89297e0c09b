"""GET /v1/customers/{customer} and what hangs below it, and the cards of many: where does this relationship stand?"""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from common.http.freshness import CurrentFreshness
from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers import CardAnswer, CardsAnswer, ExplanationAnswer, TimelineAnswer
from scoring.api.asking import NOT_YET, WHEN_APPLIED, AskedCustomer, AsOf, ChosenRules, Day, Deployed, Identity
from scoring.store.timeline import timeline
from scoring.usecases.explain_score import explain_score
from scoring.usecases.get_cards import get_cards
from scoring.usecases.read_cards import read_cards

router = APIRouter()

MOST_CARDS = 100


@router.get("/v1/customers/{customer}", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_card(
    asked: AskedCustomer, as_of: AsOf, rules: ChosenRules, deployment: Deployed, freshness: CurrentFreshness
) -> CardAnswer:
    """The relationship card."""
    customer = await asked.find()
    cards = read_cards([customer], as_of=as_of, rules=rules, currency=deployment.currency)
    return CardAnswer.model_validate({**cards[0], "freshness": freshness})


@router.get("/v1/customers/{customer}/explain", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_explanation(
    asked: AskedCustomer,
    score: Annotated[str, Query(max_length=64, description="strength, experience, engagement, churn_risk ...")],
    as_of: AsOf,
    rules: ChosenRules,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    language: Annotated[str, Query(pattern="^(en|zh)$", description="of the sentence")] = "en",
) -> ExplanationAnswer:
    """Why one score is what it is."""
    customer = await asked.find()
    found = await explain_score(connection, customer, score, as_of=as_of, rules=rules, deployment=deployment)
    rest = {"customer": customer.id, "as_of": as_of, "versions": rules.versions, "freshness": freshness}
    return ExplanationAnswer.model_validate({**found.as_mapping(language), **rest})


@router.get("/v1/customers/{customer}/timeline", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_timeline(
    asked: AskedCustomer,
    paging: Paging,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
) -> TimelineAnswer:
    """Every event of the customer and its aliases, newest first."""
    customer = await asked.find()
    before = paging.after("timeline", tuple[datetime, str, str])
    rows = await timeline(connection, customer.subjects, before=before, limit=paging.limit + 1)
    page = paging.page("timeline", rows, lambda row: row[0])
    page["data"] = [msgspec.json.decode(event) for _, event in page["data"]]
    return TimelineAnswer.model_validate({**page, "as_of": deployment.today(), "freshness": freshness})


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
