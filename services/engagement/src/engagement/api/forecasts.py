"""POST /v1/playbooks/forecast: what would the playbooks do if so many relationships changed so?"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from common.contracts.relationships import Cause
from common.http.transaction import Connection
from engagement.domain.forecast import Change, Forecast, in_words
from engagement.usecases.forecast_playbooks import forecast_playbooks

router = APIRouter(tags=["playbooks"])

MOST_CHANGES = 20_000

Kind = Literal["message", "task", "survey_request"]
Customers = Annotated[int, Field(ge=0, le=10**12)]
Minor = Annotated[int, Field(ge=0, le=10**12)]


class AskedChange(BaseModel):
    """So many customers move so in one shown dimension, or in `health` between whole points."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    dimension: Literal["segment", "tier", "stage", "status", "key_account", "churn_band", "health"]
    before: Annotated[bool | int | str | None, Field(alias="from")] = None
    after: Annotated[bool | int | str | None, Field(alias="to")] = None
    customers: Customers


class ForecastQuestion(BaseModel):
    """`changes` as a what-if of scoring gives them. `prices_minor`: what one action of a kind costs, where known."""

    model_config = ConfigDict(extra="forbid")

    changes: Annotated[list[AskedChange], Field(max_length=MOST_CHANGES)]
    cause: Cause = Cause.POLICY
    prices_minor: dict[Kind, Minor] = {}


class PlaybookForecast(BaseModel):
    """One playbook; all numbers at most: conditions, consents, caps and the holdout are asked when it happens."""

    playbook: str
    version: int
    fires: bool
    customers_at_most: int
    actions_at_most: dict[str, int]
    cost_minor_at_most: int
    holdout: float
    reason: str | None
    zh: str | None
    en: str | None


class ForecastAnswer(BaseModel):
    """Every live playbook, and the sum of all."""

    cause: Cause
    data: list[PlaybookForecast]
    actions_at_most: dict[str, int]
    cost_minor_at_most: int


@router.post("/v1/playbooks/forecast")
async def post_forecast(asked: ForecastQuestion, request: Request, connection: Connection) -> ForecastAnswer:
    """Which playbooks would fire for how many customers at most, at which cost, and why the others would not."""
    changes = [
        Change(dimension=one.dimension, before=one.before, after=one.after, customers=one.customers)
        for one in asked.changes
    ]
    deployment = request.app.state.deployment
    found = await forecast_playbooks(connection, changes, cause=asked.cause, deployment=deployment)
    rows = [_row(one, asked.prices_minor) for one in found]
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.actions_at_most)
    cost = sum(row.cost_minor_at_most for row in rows)
    return ForecastAnswer(cause=asked.cause, data=rows, actions_at_most=dict(total), cost_minor_at_most=cost)


def _row(one: Forecast, prices: Mapping[Kind, int]) -> PlaybookForecast:
    by_kind: Mapping[str, int] = {str(kind): price for kind, price in prices.items()}
    zh, en = (None, None) if one.why_not is None else in_words(one.why_not)
    return PlaybookForecast(
        playbook=one.playbook.name,
        version=one.playbook.version,
        fires=one.why_not is None,
        customers_at_most=one.customers,
        actions_at_most={str(kind): number for kind, number in one.actions.items()},
        cost_minor_at_most=sum(number * by_kind.get(str(kind), 0) for kind, number in one.actions.items()),
        holdout=one.playbook.holdout,
        reason=one.why_not,
        zh=zh,
        en=en,
    )
