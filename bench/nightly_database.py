"""How fast is the nightly job itself, with its database? Pages claimed, states read, judged, written, news queued.

Real PostgreSQL of the bench's own, filled with synthetic states. The first night publishes everybody, because nobody
was ever judged; what is measured is the second, which publishes what a day changed. One worker, as in production.
"""

import logging
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import structlog
from bench.synthetic_states import synthetic_states
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.homes import own_home

from common.database import Database, open_database
from common.garbage import collect_less
from common.identity import IdentityKey
from common.kafka import partition_of
from common.timers import Timer, Timers
from guanxi_cli.local.databases import create_database, create_roles, grant_inside, in_database
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.postgres import admin_url, start_postgres
from guanxi_cli.local.services import migrate
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Setting
from scoring.store.state_cache import StateCache
from scoring.usecases.deployment import Deployment
from scoring.usecases.reevaluate_page import REEVALUATE, plan_day, reevaluate_page

ZONE: Final = ZoneInfo("Asia/Shanghai")
PARTITIONS: Final = 6
CACHED: Final = 20_000
DATABASE: Final = "nightly"
FIRST_NIGHT: Final = timedelta(days=2)
"""How long ago: a night plans the next, which is due at once here and finds nothing to do."""


async def measure_job(customers: int) -> None:
    """Print customers a second, and a CPU-second of the worker."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with own_home() as home:
        home.make()
        make_secrets(home)
        await start_postgres(home)
        now = datetime.now(UTC)
        await fill_states(home, customers, now)
        database = open_database(home.database_url("scoring", DATABASE), application="bench-nightly")
        collect_less()
        try:
            await _night(database, now - FIRST_NIGHT)
            assert await _number(database, "SELECT count(*) FROM outbox") == customers, "not everybody was told of"
            await _run(home, "TRUNCATE outbox", "VACUUM ANALYZE state")
            await _second_night(database, now, customers)
        finally:
            await database.close()


async def _second_night(database: Database, now: datetime, customers: int) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    pages = await _night(database, now)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    last = "SELECT count(*) FROM state WHERE evaluated_on = (SELECT max(evaluated_on) FROM state)"
    assert await _number(database, last) == customers, "not everybody was judged"
    news = await _number(database, "SELECT count(*) FROM outbox")
    sys.stdout.write(
        f"the job over {customers:,} customers in PostgreSQL, {pages} pages: {customers / wall:,.0f} customers a "
        f"second, {customers / cpu:,.0f} a CPU-second of the worker; {news / customers:.1%} had news\n"
    )


async def _night(database: Database, now: datetime) -> int:
    """Judge everybody as of a day; how many pages that were."""
    deployment = Deployment(
        partitions=PARTITIONS, zone=ZONE, setting=Setting(zone=ZONE, money=Money(base_currency="CNY")), now=lambda: now
    )
    cache = StateCache(worker=uuid4(), partitions=PARTITIONS, customers=CACHED)

    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        await reevaluate_page(connection, timer, deployment=deployment, cache=cache, minutes=0)

    async with database.transaction() as connection:
        await plan_day(connection, deployment.today(), deployment=deployment, minutes=0)
    timers, fired = Timers(database, {REEVALUATE: fire}), 0
    while some := await timers.fire_due():
        fired += some
    return fired


async def fill_states(home: Home, customers: int, now: datetime) -> None:
    """A migrated database with so many states that nobody has judged yet."""
    admin = await asyncpg.connect(admin_url(home))
    await create_roles(admin, "scoring")
    await create_database(admin, DATABASE, "scoring")
    await admin.close()
    await grant_inside(in_database(admin_url(home), DATABASE), "scoring")
    await migrate(home, "scoring", DATABASE)
    key, bodies = IdentityKey(b"0123456789abcdef"), synthetic_states(customers, as_of=now.astimezone(ZONE).date())
    subjects = (key.own_id("user_id", str(number)) for number in range(customers))
    connection = await asyncpg.connect(home.database_url("scoring", DATABASE))
    for page in bodies:
        rows = [(partition_of(one.encode(), PARTITIONS), one, body) for body, one in zip(page, subjects, strict=False)]
        await connection.copy_records_to_table("state", records=rows, columns=("partition", "subject", "body"))
    await connection.close()


async def _run(home: Home, *statements: str) -> None:
    connection = await asyncpg.connect(in_database(admin_url(home), DATABASE))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def _number(database: Database, query: str) -> int:
    async with database.transaction() as connection:
        return int((await connection.execute(text(query))).scalar_one())
