"""A worker that plans and decides by a simulated clock: python -m chaos.calendar_worker URL CLOCK [CHANCE].

With a chance it kills itself with SIGKILL, in the middle of a transaction that did something or right after it.
"""

import asyncio
import logging
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from chaos.calendar_clock import SimulatedClock
from common.database import Database, is_transient, open_database
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment
from engagement.usecases.plan_page import plan_page

IDLE_SECONDS = 0.02
CLAIM_OCCASIONS = 20

Work = Callable[[AsyncConnection, datetime], Awaitable[int | bool]]


async def work(url: str, clock: SimulatedClock, chance: float) -> None:
    """Plan and decide for ever, or until it kills itself."""
    database = open_database(url, application="calendar-worker", pool_size=2)
    deployment = Deployment(zone=ZoneInfo("Asia/Shanghai"), partitions=6)

    async def plan(connection: AsyncConnection, now: datetime) -> bool:
        return await plan_page(connection, policies=deployment.policies, zone=deployment.zone, now=now)

    async def decide(connection: AsyncConnection, now: datetime) -> int:
        return await decide_occasions(connection, deployment=deployment, limit=CLAIM_OCCASIONS, now=now)

    while True:
        did = [await _once(database, one, clock, chance) for one in (plan, decide)]
        if not any(did):
            await asyncio.sleep(IDLE_SECONDS)


async def _once(database: Database, one: Work, clock: SimulatedClock, chance: float) -> bool:
    try:
        async with database.transaction() as connection:
            did = bool(await one(connection, clock.now()))
            _perhaps_die(did, chance)
    except Exception as error:
        if not is_transient(error):
            raise
        return False
    _perhaps_die(did, chance)
    return did


def _perhaps_die(did: bool, chance: float) -> None:
    if did and random.random() < chance:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(work(sys.argv[1], SimulatedClock(Path(sys.argv[2])), float(sys.argv[3])))
