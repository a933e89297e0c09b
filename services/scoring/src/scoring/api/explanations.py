"""GET .../explain, explain-diff and history: why is a score what it is, what moved it, and what was it over days?"""

from datetime import date, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from common.http.freshness import CurrentFreshness
from common.http.transaction import Connection
from scoring.api.answers_explain import DifferenceAnswer, ExplanationAnswer, HistoryAnswer
from scoring.api.asking import (
    FIRST_DAY,
    NOT_YET,
    WHEN_APPLIED,
    AskedCustomer,
    AsOf,
    ChosenRules,
    Deployed,
    LocalDay,
    Version,
)
from scoring.domain.explain.explain_diff import summary
from scoring.usecases.choose_rules import choose_rules
from scoring.usecases.explain_difference import Side, explain_difference
from scoring.usecases.explain_score import explain_score
from scoring.usecases.read_history import read_history

router = APIRouter()

DAYS_SHOWN: Final = 90

Metric = Annotated[
    str, Query(max_length=64, description="strength, tier, segment, churn_risk, rfm.r, care.health ... as on the card")
]
Language = Annotated[Literal["en", "zh"], Query(description="of `sentence`; `sentences` holds both")]
From = Annotated[LocalDay | None, Query(alias="from", description="a local day")]
To = Annotated[LocalDay | None, Query(alias="to", description="a local day; default today")]


@router.get("/v1/customers/{customer}/explain", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_explanation(
    asked: AskedCustomer,
    score: Metric,
    as_of: AsOf,
    rules: ChosenRules,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    language: Language = "en",
) -> ExplanationAnswer:
    """Why one score or category is what it is, and for tier, stage and segment what the next one asks."""
    customer = await asked.find()
    found = await explain_score(connection, customer, score, as_of=as_of, rules=rules, deployment=deployment)
    rest = {"customer": customer.id, "as_of": as_of, "versions": rules.versions, "freshness": freshness}
    return ExplanationAnswer.model_validate({**found.as_mapping(language), **rest})


async def _sides(
    connection: Connection,
    deployment: Deployed,
    from_: From = None,
    to: To = None,
    from_policy: Version = None,
    to_policy: Version = None,
    from_thresholds: Version = None,
    to_thresholds: Version = None,
) -> tuple[Side, Side]:
    last = to or deployment.today()
    one = await choose_rules(connection, policy=from_policy, thresholds=from_thresholds, deployment=deployment)
    two = await choose_rules(connection, policy=to_policy, thresholds=to_thresholds, deployment=deployment)
    return Side(as_of=from_ or last, rules=one), Side(as_of=last, rules=two)


Sides = Annotated[tuple[Side, Side], Depends(_sides)]


@router.get("/v1/customers/{customer}/explain-diff", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_difference(
    asked: AskedCustomer,
    sides: Sides,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    score: Annotated[
        str | None, Query(max_length=64, description="default: what is shown, and what moved most")
    ] = None,
    language: Language = "en",
) -> DifferenceAnswer:
    """What moved between two days (`from`, `to`), two policies, two thresholds, or all of them."""
    customer = await asked.find()
    before, after = sides
    found = await explain_difference(connection, customer, score, before=before, after=after, deployment=deployment)
    return DifferenceAnswer.model_validate(
        {
            "customer": customer.id,
            "from": {"as_of": before.as_of, "versions": before.rules.versions},
            "to": {"as_of": after.as_of, "versions": after.rules.versions},
            "data": [one.as_mapping(language) for one in found],
            "sentence": summary(found)[language],
            "freshness": freshness,
        }
    )


async def _days(deployment: Deployed, from_: From = None, to: To = None) -> tuple[date, date]:
    last = to or deployment.today()
    return from_ or max(FIRST_DAY, last - timedelta(days=DAYS_SHOWN - 1)), last


Days = Annotated[tuple[date, date], Depends(_days)]


@router.get("/v1/customers/{customer}/history", dependencies=WHEN_APPLIED, responses=NOT_YET)
async def get_history(
    asked: AskedCustomer,
    metric: Metric,
    days: Days,
    rules: ChosenRules,
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
) -> HistoryAnswer:
    """A score or category on each day from `from` (default 90 days) to `to` (default today), at most 1,100 days.

    Fewer days of a customer with very many events; the refusal says how many.
    """
    customer = await asked.find()
    found = await read_history(
        connection, customer, metric, first=days[0], last=days[1], rules=rules, deployment=deployment
    )
    return HistoryAnswer.model_validate(
        {
            "customer": customer.id,
            "metric": found.metric,
            "from": days[0],
            "to": days[1],
            "data": [{"day": day, "value": value} for day, value in zip(found.days, found.values, strict=True)],
            "steps": [{"day": step.day, "from": step.before, "to": step.after} for step in found.steps],
            "versions": rules.versions,
            "freshness": freshness,
        }
    )
