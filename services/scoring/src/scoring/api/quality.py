"""/v1/quality: how well did past judgements foretell what customers did?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from common.http.keys import Principal, get_principal
from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers_jobs import JobAnswer
from scoring.api.answers_quality import QualityAnswer, QualityRow
from scoring.api.asking import Deployed, LocalDay
from scoring.store.quality import list_quality
from scoring.usecases.ask_quality import ask_quality

router = APIRouter()


class QualityQuestion(BaseModel):
    """Judge as of which day, and look how far; default the horizon of churn risk, and the latest day before it."""

    model_config = ConfigDict(extra="forbid")

    as_of: LocalDay | None = None
    horizon_days: Annotated[int | None, Field(ge=1, le=3650)] = None


@router.get("/v1/quality")
async def get_quality(paging: Paging, connection: Connection, deployment: Deployed) -> QualityAnswer:
    """Every run, newest first, beside the versions that it judged."""
    before = paging.after("quality", tuple[int])
    rows = await list_quality(connection, before=before[0] if before else None, limit=paging.limit + 1)
    page = paging.page("quality", rows, lambda run: (run.number,))
    return QualityAnswer.model_validate(
        {**page, "data": [QualityRow.of(run, deployment.currency) for run in page["data"]]}
    )


@router.post("/v1/quality", status_code=202)
async def post_quality(
    connection: Connection,
    deployment: Deployed,
    caller: Annotated[Principal, Depends(get_principal)],
    response: Response,
    asked: QualityQuestion | None = None,
) -> JobAnswer:
    """Backtest on the company's own data: a long run; its result is kept with the versions that it judged."""
    asked = asked or QualityQuestion()
    job = await ask_quality(
        connection, as_of=asked.as_of, horizon_days=asked.horizon_days, asked_by=caller.name, deployment=deployment
    )
    response.headers["location"] = f"/v1/jobs/{job.id}"
    return JobAnswer.model_validate(job)
