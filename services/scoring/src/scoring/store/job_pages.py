"""What has a long run gathered of each page of customers? Columns of figures, a row a page, gone when the run ended.

A job's own row is written anew with every step; what grows with the base is written once, here.
"""

from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.jobs import QUEUED, RUNNING

_ADD = text("INSERT INTO job_page (job, number, body) VALUES (:job, :number, :body)")
_READ = text("SELECT body FROM job_page WHERE job = :job AND number = :number")
_DROP = text(
    """
    DELETE FROM job_page p USING job j
    WHERE p.job = j.id AND (j.id = :job OR NOT j.state = ANY(:open))
    """
)

Figures = dict[str, NDArray[Any]]


async def add_page(connection: AsyncConnection, job: UUID, number: int, figures: Mapping[str, NDArray[Any]]) -> None:
    """Keep the figures of a page; pages of a run count from 0."""
    body = BytesIO()
    np.savez(body, allow_pickle=False, **figures)
    await connection.execute(_ADD, {"job": job, "number": number, "body": body.getvalue()})


async def read_pages(connection: AsyncConnection, job: UUID, pages: int) -> AsyncIterator[Figures]:
    """Every page of a run, one at a time."""
    for number in range(pages):
        body = (await connection.execute(_READ, {"job": job, "number": number})).scalar_one()
        with np.load(BytesIO(body), allow_pickle=False) as loaded:
            yield dict(loaded)


async def drop_pages(connection: AsyncConnection, job: UUID) -> None:
    """Forget the pages of a run, and of those that failed or were cancelled."""
    await connection.execute(_DROP, {"job": job, "open": [QUEUED, RUNNING]})
