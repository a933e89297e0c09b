"""What does the oldest open run do next? One step in the caller's transaction: kept with its page, or not at all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import is_transient
from common.errors import AppError
from scoring.store.jobs import Done, Job, Progress, claim_job, fail_job, finish_job, keep_progress
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import without_erased

log = structlog.get_logger()

QUERY_CANCELED: Final = "57014"

Step = Callable[[AsyncConnection, Job, Deployment], Awaitable[Progress | Done]]
"""One page of a run. Heavy arithmetic belongs into asyncio.to_thread: the consumer beside it must beat on."""


class JobCancelled(Exception):
    """The run was cancelled, or set back by an erasure, while its step was under way: the step must be rolled back."""


class StepInterrupted(Exception):
    """The database failed in the midst of a step, which may be tried again; `took_too_long`: its own statement did."""

    def __init__(self, job: UUID, cause: Exception) -> None:
        super().__init__(str(job))
        self.job = job
        self.took_too_long = isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) == QUERY_CANCELED


async def step_job(connection: AsyncConnection, steps: Mapping[str, Step], *, deployment: Deployment) -> bool:
    """Whether there was a run to step. `steps` by kind. Raises JobCancelled, StepInterrupted."""
    job = await claim_job(connection, list(steps))
    if job is None:
        return False
    try:
        async with connection.begin_nested():
            found = await steps[job.kind](connection, job, deployment)
    except AppError as refused:
        log.warning("job_refused", job=str(job.id), kind=job.kind)
        await fail_job(connection, job.id, refused.message)
    except Exception as error:  # the entry point of a run: its defect must not stop the consumer beside it
        if is_transient(error):
            raise StepInterrupted(job.id, error) from error
        log.exception("job_failed", job=str(job.id), kind=job.kind)
        await fail_job(connection, job.id, f"A defect ({type(error).__name__}): see job_failed in the worker's log.")
    else:
        await _keep(connection, job, found, deployment)
    return True


async def _keep(connection: AsyncConnection, job: Job, found: Progress | Done, deployment: Deployment) -> None:
    if isinstance(found, Done):
        result = await without_erased(connection, found.result, deployment=deployment)
        kept = await finish_job(connection, job, replace(found, result=result))
    else:
        kept = await keep_progress(connection, job, found)
    if not kept:
        raise JobCancelled(str(job.id))
    if isinstance(found, Done):
        log.info("job_done", job=str(job.id), kind=job.kind)
