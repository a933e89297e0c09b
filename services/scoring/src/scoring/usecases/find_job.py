"""How far is this long run?"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from scoring.store.jobs import KEEP_DAYS, Job
from scoring.store.jobs import find_job as find


class JobUnknown(Absent):
    """No such run, or it ended long ago."""

    code = "unknown_job"


async def find_job(connection: AsyncConnection, id_: UUID) -> Job:
    """The run with its result. Raises JobUnknown."""
    job = await find(connection, id_)
    if job is None:
        raise JobUnknown(
            f"There is no job {id_}: GET /v1/jobs lists them; each is kept for {KEEP_DAYS} days after its end."
        )
    return job
