"""How does a long run end before its time? At once; the step that is under way is rolled back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict
from scoring.store.jobs import Job, cancel_open_job
from scoring.usecases.find_job import find_job


class JobEnded(Conflict):
    """The run has ended already."""

    code = "job_ended"


async def cancel_job(connection: AsyncConnection, id_: UUID) -> Job:
    """The cancelled run. Raises JobUnknown, JobEnded."""
    cancelled = await cancel_open_job(connection, id_)
    job = await find_job(connection, id_)
    if not cancelled:
        raise JobEnded(f"The job {id_} is {job.state}: there is nothing to cancel.", state=job.state)
    return job
