"""Who does the long runs? Each worker one step after the other, of the oldest run that no other worker has in hand."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Final
from uuid import UUID

import structlog

from common.database import Database, is_transient
from common.waiting import jitter, pause
from scoring.store.jobs import fail_job
from scoring.usecases.ask_base_count import BASE_COUNT
from scoring.usecases.ask_calibration import CALIBRATE
from scoring.usecases.ask_quality import QUALITY
from scoring.usecases.ask_what_if import WHAT_IF
from scoring.usecases.compare_policies import compare_policies
from scoring.usecases.count_base import count_base
from scoring.usecases.deployment import Deployment
from scoring.usecases.step_calibration import step_calibration
from scoring.usecases.step_job import JobCancelled, Step, StepInterrupted, step_job
from scoring.usecases.step_quality import step_quality

log = structlog.get_logger()

POLL_SECONDS: Final = 0.5
MOST_TRIES: Final = 5
TOOK_TOO_LONG: Final = (
    f"A statement of one step took longer than the database allows, {MOST_TRIES} times: look at the load of the "
    "database (job_retries in the worker's log), then ask for the run again."
)

STEPS: Final[Mapping[str, Step]] = {
    BASE_COUNT: count_base,
    CALIBRATE: step_calibration,
    QUALITY: step_quality,
    WHAT_IF: compare_policies,
}
"""The step of each kind of run."""


def do_long_runs(
    database: Database, deployment: Deployment, steps: Mapping[str, Step] = STEPS
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part that looks for runs; a step is one transaction."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        too_long: Counter[UUID] = Counter()
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    stepped = await step_job(connection, steps, deployment=deployment)
                attempt = 0
                if not stepped:
                    await pause(stop, POLL_SECONDS)
            except JobCancelled as cancelled:
                log.info("job_cancelled", job=str(cancelled))
            except StepInterrupted as interrupted:
                log.warning("job_retries", job=str(interrupted.job), took_too_long=interrupted.took_too_long)
                too_long[interrupted.job] += interrupted.took_too_long
                if too_long[interrupted.job] >= MOST_TRIES:
                    await _give_up(database, interrupted.job)
                await pause(stop, jitter(attempt))
                attempt += 1
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("job_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run


async def _give_up(database: Database, job: UUID) -> None:
    """End a run that would hold up those behind it for ever; raises as the database does."""
    async with database.transaction() as connection:
        await fail_job(connection, job, TOOK_TOO_LONG)
