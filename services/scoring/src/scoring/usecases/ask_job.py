"""How does a long run begin? It is queued; a worker takes it within a second."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict
from scoring.store.jobs import add_job, count_open_jobs

MOST_OPEN: Final = 100


class TooManyJobs(Conflict):
    """So many runs wait already that another would not begin today."""

    code = "too_many_jobs"


async def ask_job(
    connection: AsyncConnection, kind: str, params: Mapping[str, Any], *, asked_by: str, total: int | None = None
) -> UUID:
    """The queued run's id. `params` is what the kind's steps read, as JSON. Raises TooManyJobs."""
    if await count_open_jobs(connection) >= MOST_OPEN:
        raise TooManyJobs(
            f"{MOST_OPEN} runs wait already: GET /v1/jobs?state=queued lists them, POST /v1/jobs/ID/cancel ends one."
        )
    return await add_job(connection, kind=kind, params=params, total=total, asked_by=asked_by)
