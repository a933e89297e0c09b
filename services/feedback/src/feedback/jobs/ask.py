"""When is anybody asked? Waves are planned, due asks decided and closed ones ended, by any worker, in batches."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.waiting import jitter, pause
from common.worker import Part
from feedback.store.database_clock import read_now
from feedback.store.requests import expire_requests
from feedback.usecases.ask_due import ask_due
from feedback.usecases.plan_waves import plan_waves
from feedback.usecases.survey_desk import SurveyDesk

log = structlog.get_logger()

POLL_SECONDS: Final = 1.0
EXPIRE_ROWS: Final = 1000


class _Step(Protocol):
    async def __call__(self, connection: AsyncConnection, *, now: datetime) -> int: ...


def ask_customers(database: Database, desk: SurveyDesk) -> Part:
    """The worker's part that asks."""
    steps: list[_Step] = [
        partial(plan_waves, desk=desk),
        partial(ask_due, desk=desk),
        partial(expire_requests, limit=EXPIRE_ROWS),
    ]

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                done = [await _do(database, step) for step in steps]
                attempt = 0
                if not any(done):
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("asking_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run


async def _do(database: Database, step: _Step) -> int:
    async with database.transaction() as connection:
        return await step(connection, now=await read_now(connection))
