"""/v1/reports/{word-of-mouth,care-cost,base-count}: who recommends, and what does winning and keeping cost?"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from common.http.freshness import CurrentFreshness, Freshness
from common.http.keys import Principal, get_principal
from common.http.transaction import Connection
from scoring.api.answers_base import CareCostAnswer, WordOfMouthAnswer
from scoring.api.answers_jobs import JobAnswer
from scoring.api.asking import Day, Deployed, LocalDay
from scoring.usecases.ask_base_count import ask_base_count
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base_count import read_base_count

router = APIRouter()


class BaseCountQuestion(BaseModel):
    """Without a day: as of today."""

    model_config = ConfigDict(extra="forbid")

    as_of: LocalDay | None = None


@router.get("/v1/reports/word-of-mouth")
async def get_word_of_mouth(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> WordOfMouthAnswer:
    """Referral share of new customers and the advocates, as the last count found them."""
    found = await read_base_count(connection, as_of=as_of)
    return WordOfMouthAnswer.model_validate(_answer("word_of_mouth", *found, deployment, freshness))


@router.get("/v1/reports/care-cost")
async def get_care_cost(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> CareCostAnswer:
    """What an acquired and what a retained customer cost, as the last count found it."""
    found = await read_base_count(connection, as_of=as_of)
    return CareCostAnswer.model_validate(_answer("care_cost", *found, deployment, freshness))


@router.post("/v1/reports/base-count", status_code=202)
async def post_base_count(
    connection: Connection,
    deployment: Deployed,
    caller: Annotated[Principal, Depends(get_principal)],
    response: Response,
    asked: BaseCountQuestion | None = None,
) -> JobAnswer:
    """Count the base anew: a long run, whose result the two reports tell."""
    day = None if asked is None else asked.as_of
    job = await ask_base_count(connection, as_of=day, asked_by=caller.name, deployment=deployment)
    response.headers["location"] = f"/v1/jobs/{job.id}"
    return JobAnswer.model_validate(job)


def _answer(
    name: str, result: dict[str, Any], made_at: object, deployment: Deployment, freshness: Freshness
) -> dict[str, Any]:
    rest = {"as_of": result["as_of"], "versions": result["versions"], "made_at": made_at}
    return {"data": result[name], "currency": deployment.currency, "freshness": freshness, **rest}
