"""How fast are states rebuilt from the ledger, and are they the same byte for byte? On a PostgreSQL of its own (R24).

A shop's mixture is applied by the consumer's own handler. Then the ledger is replayed three times: compared with the
states as they are, into an empty table, and compared again. Every column of every row must be as before, and nothing
may be queued for anybody.
"""

import argparse
import asyncio
import itertools
import logging
import sys
import time
from collections.abc import Iterator
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import psutil
import structlog
from bench.behaviour import skewed
from bench.machine import describe_machine
from sqlalchemy import text
from tests.support.homes import own_home

from common.database import Database, open_database
from common.dead_letters import Received
from common.events import INTERACTIONS
from common.kafka import partition_of
from guanxi_cli.local.databases import create_database, create_roles, grant_inside, in_database
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.postgres import admin_url, start_postgres
from guanxi_cli.local.services import migrate
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Setting
from scoring.jobs.rebuild import Rebuild
from scoring.store.state_cache import StateCache
from scoring.usecases.apply_events import apply_events
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_facts import read_facts

ZONE: Final = ZoneInfo("Asia/Shanghai")
PARTITIONS: Final = 6
BATCH: Final = 2_000
SEED_EVENTS: Final = 50_000
"""Events of one seed are one a second, so a whole run of one seed would reach into the future."""
DATABASE: Final = "rebuild"
COMMAND_SECONDS: Final = 600.0

_DUMP: Final = "SELECT count(*), coalesce(sum(hashtextextended(CAST(s AS text), 0)), 0) FROM state s"


def main() -> None:
    """Print events a second of each pass, and whether the states are equal."""
    parser = argparse.ArgumentParser(prog="python -m bench rebuild")
    parser.add_argument("--events", type=int, default=1_000_000)
    arguments = parser.parse_args(sys.argv[2:])
    sys.exit(asyncio.run(_measure(arguments.events)))


async def _measure(number: int) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.stdout.write(describe_machine("asyncpg", "msgspec", "numpy") + "\n")
    async with own_home() as home:
        await _make(home)
        url = home.database_url("scoring", DATABASE)
        database = open_database(url, application="bench-rebuild", command_seconds=COMMAND_SECONDS)
        setting = Setting(zone=ZONE, money=Money(base_currency="CNY"))
        deployment = Deployment(partitions=PARTITIONS, zone=ZONE, setting=setting)
        try:
            await _fill(database, deployment, number)
            return await _compare(home, database, deployment)
        finally:
            await database.close()


async def _make(home: Home) -> None:
    home.make()
    make_secrets(home)
    await start_postgres(home)
    admin = await asyncpg.connect(admin_url(home))
    try:
        await create_roles(admin, "scoring")
        await create_database(admin, DATABASE, "scoring")
    finally:
        await admin.close()
    await grant_inside(in_database(admin_url(home), DATABASE), "scoring")
    await migrate(home, "scoring", DATABASE)


def _batches(number: int) -> Iterator[list[Received]]:
    offsets = [itertools.count() for _ in range(PARTITIONS)]
    for seed, first in enumerate(range(0, number, SEED_EVENTS)):
        records = skewed(min(SEED_EVENTS, number - first), seed)
        for start in range(0, len(records), BATCH):
            yield [_received(key, value, offsets) for key, value in records[start : start + BATCH]]


def _received(key: bytes, value: bytes, offsets: "list[itertools.count[int]]") -> Received:
    partition = partition_of(key, PARTITIONS)
    offset = next(offsets[partition])
    return Received(topic=INTERACTIONS, partition=partition, offset=offset, value=value, event=read_facts(value))


async def _fill(database: Database, deployment: Deployment, number: int) -> None:
    cache = StateCache(worker=uuid4(), partitions=PARTITIONS, customers=20_000)
    began, done = time.perf_counter(), 0
    for batch in _batches(number):
        async with database.transaction() as connection:
            await connection.execute(text("SELECT 1"))
            await apply_events(connection, batch, deployment=deployment, cache=cache)
        done += len(batch)
        if done % (50 * BATCH) == 0:
            sys.stdout.write(f"applied {done:,} of {number:,}, {done / (time.perf_counter() - began):,.0f} a second\n")
            sys.stdout.flush()
    async with database.transaction() as connection:
        await connection.execute(text("DELETE FROM outbox"))


async def _compare(home: Home, database: Database, deployment: Deployment) -> int:
    owner = await asyncpg.connect(in_database(admin_url(home), DATABASE))
    try:
        await owner.execute("VACUUM ANALYZE")
        before = await owner.fetchrow(_DUMP)
        found = [await _pass(database, deployment, "compared with the states", is_dry=True)]
        await owner.execute("TRUNCATE state")
        found.append(await _pass(database, deployment, "into an empty table", is_dry=False))
        found.append(await _pass(database, deployment, "compared again", is_dry=True))
        after = await owner.fetchrow(_DUMP)
        told = await owner.fetchval("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM dirty)")
    finally:
        await owner.close()
    equal = before == after and found[0] == found[2] == 0
    sys.stdout.write(f"states {'equal in every byte' if equal else 'DIFFER'}; {told} messages and marks\n")
    return 0 if equal and told == 0 else 1


async def _pass(database: Database, deployment: Deployment, what: str, *, is_dry: bool) -> int:
    """One replay; how many states differed."""
    rebuild, process = Rebuild(database, deployment, is_dry=is_dry), psutil.Process()
    began, cpu = time.perf_counter(), sum(process.cpu_times()[:2])
    await rebuild.replay()
    seconds, cpu = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu
    sys.stdout.write(
        f"{what}: {rebuild.events:,} events of {rebuild.subjects:,} customers in {seconds:.1f} s: "
        f"{rebuild.events / seconds:,.0f} a second, {rebuild.events / cpu:,.0f} a CPU-second; "
        f"{rebuild.differ:,} states differed\n"
    )
    sys.stdout.flush()
    return rebuild.differ
