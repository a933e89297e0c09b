"""/v1/jobs: how far is a long run, and how does it end before its time?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from common.http.pagination import Paging
from common.http.transaction import Connection
from scoring.api.answers_jobs import JobAnswer, JobRow, JobsAnswer, State
from scoring.store.jobs import list_jobs
from scoring.usecases.cancel_job import cancel_job
from scoring.usecases.find_job import find_job

router = APIRouter()


@router.get("/v1/jobs")
async def get_jobs(
    paging: Paging,
    connection: Connection,
    kind: Annotated[str | None, Query(max_length=64, description="what_if, calibrate, quality")] = None,
    state: State | None = None,
) -> JobsAnswer:
    """Long runs, newest first, without their results."""
    before = paging.after("jobs", tuple[UUID])
    place = before[0] if before else None
    rows = await list_jobs(connection, kind=kind, state=state, before=place, limit=paging.limit + 1)
    page = paging.page("jobs", rows, lambda job: (job.id,))
    return JobsAnswer.model_validate({**page, "data": [JobRow.model_validate(job) for job in page["data"]]})


@router.get("/v1/jobs/{id}")
async def get_job(id: UUID, connection: Connection) -> JobAnswer:  # noqa: A002 - the path's own word
    """State, progress and, once it is done, the result."""
    return JobAnswer.model_validate(await find_job(connection, id))


@router.post("/v1/jobs/{id}/cancel")
async def post_cancel(id: UUID, connection: Connection) -> JobAnswer:  # noqa: A002 - the path's own word
    """End a run before its time; what it had done is dropped."""
    return JobAnswer.model_validate(await cancel_job(connection, id))
