"""Is every defect found and repaired, and nobody told? `python -m chaos drift [--defects 200] [--events 20000]` (R22).

On real Kafka and PostgreSQL of its own: a worker applies a shop's mixture; then each defect hits a customer of its own:
a row of the ledger gone, with its key or without, a state altered or gone, a shown column or the last published row
altered, a message that no relay looks at. One audit must find each, and repair it while the worker runs; every row must
be as before, only the stuck messages sent, and a second audit find nothing.
"""

import argparse
import asyncio
import itertools
import logging
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import structlog
from bench.behaviour import skewed
from bench.servers import Records, servers, write
from tests.support.waiting import until

from common.database import Database, open_database
from common.events import INTERACTIONS, RELATIONSHIPS
from common.kafka import LaneClosed, open_producer
from common.outbox import OutboxRelay
from common.version import code_version
from common.worker import Part
from guanxi_cli.local.databases import create_database, create_roles, grant_inside, in_database
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import PARTITIONS
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import migrate
from scoring.consumers.events import consume_events
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Setting
from scoring.jobs.audit import audit_once
from scoring.jobs.marked import judge_marked_customers
from scoring.store.state_cache import StateCache
from scoring.store.topic_log import open_log
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_facts import read_facts

ZONE: Final = ZoneInfo("Asia/Shanghai")
DATABASE: Final = "drift"
STUCK: Final = "outbox_stuck"
PART: Final = 500
ATTEMPTS: Final = 5
APPLY_SECONDS: Final = 600.0
FIRST_WRONG_PARTITION: Final = 100

_OUT_OF_THE_LEDGER: Final = (
    "DELETE FROM ledger WHERE subject = $1 AND id = (SELECT id FROM ledger WHERE subject = $1 ORDER BY id LIMIT 1)"
)
_WITH_KEY: Final = (
    f"WITH gone AS ({_OUT_OF_THE_LEDGER} RETURNING source, id) "  # noqa: S608 - the text above
    "DELETE FROM ledger_key k USING gone WHERE (k.source, k.id) = (gone.source, gone.id)"
)
_OTHER_BODY: Final = (
    "UPDATE state SET body = (SELECT body FROM state s WHERE s.body <> state.body LIMIT 1) WHERE subject = $1"
)
DEFECTS: Final = {
    "a row of the ledger gone": ("event_missing", _OUT_OF_THE_LEDGER),
    "a row of the ledger gone with its key": ("event_missing", _WITH_KEY),
    "a state altered": ("state_altered", _OTHER_BODY),
    "a state gone": ("state_lost", "DELETE FROM state WHERE subject = $1"),
    "a shown column altered": (
        "shown_altered",
        "UPDATE state SET tier = 'intimate', frequency = 77 WHERE subject = $1",
    ),
    "the last published row altered": ("shown_altered", "UPDATE state SET published = '\\x00' WHERE subject = $1"),
}
_STUCK: Final = (
    "INSERT INTO outbox (topic, partition, key, value, created_at) "  # noqa: S608 - the name of a topic
    f"VALUES ('{RELATIONSHIPS}', $2, convert_to($1, 'UTF8'), '{{}}', now() - interval '1 hour')"
)
_APPLIED: Final = "SELECT coalesce(sum(next_offset), 0) FROM progress"
_DUMP: Final = "SELECT count(*), sum(hashtextextended(CAST(s AS text), 0)) FROM state s"
_LEDGER: Final = "SELECT count(*), sum(hashtextextended(source || id || encode(event, 'hex'), 0)) FROM ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A running worker over its database."""

    home: Home
    database: Database
    deployment: Deployment
    relay: OutboxRelay
    connection: asyncpg.Connection

    async def look(self) -> tuple[object, ...]:
        """All states and all of the ledger, as sums."""
        rows = [await self.connection.fetchrow(query) for query in (_DUMP, _LEDGER)]
        return tuple(value for row in rows if row is not None for value in row.values())

    async def is_quiet(self) -> bool:
        waits = "SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM dirty)"
        return not await self.connection.fetchval(waits)

    async def told(self, topic: str = RELATIONSHIPS) -> int:
        """Messages on a topic."""
        async with open_log(self.home.bootstrap, decode=read_facts) as log:
            bounds = await log.bounds((topic, partition) for partition in range(PARTITIONS))
        return sum(end for _, end in bounds.values())

    async def write(self, records: Records) -> None:
        """Put events on the log, again where a loaded broker did not answer in time: repeats are part of it."""
        for start in range(0, len(records), PART):
            for attempt in itertools.count():
                try:
                    await write(self.home, records[start : start + PART])
                    break
                except LaneClosed:
                    if attempt == ATTEMPTS:
                        raise


@asynccontextmanager
async def world(home: Home) -> AsyncIterator[World]:
    """A migrated database and a worker's parts."""
    admin = await asyncpg.connect(admin_url(home))
    await create_roles(admin, "scoring")
    await create_database(admin, DATABASE, "scoring")
    await admin.close()
    await grant_inside(in_database(admin_url(home), DATABASE), "scoring")
    await migrate(home, "scoring", DATABASE)
    url = home.database_url("scoring", DATABASE)
    database = open_database(url, application="chaos-drift", pool_size=12, command_seconds=60.0)
    setting = Setting(zone=ZONE, money=Money(base_currency="CNY"))
    deployment = Deployment(partitions=PARTITIONS, zone=ZONE, setting=setting)
    cache, stop = StateCache(worker=uuid4(), partitions=PARTITIONS, customers=20_000), asyncio.Event()
    connection = await asyncpg.connect(url)
    async with open_producer(home.bootstrap, partitions=PARTITIONS) as producer, asyncio.TaskGroup() as tasks:
        await producer.connected()
        relay = OutboxRelay(database, producer)
        consume = consume_events(
            database, deployment, cache, bootstrap=home.bootstrap, code_version=code_version("scoring")
        )
        for part in (consume, judge_marked_customers(database, deployment, cache), relay.run):
            tasks.create_task(_work(part, stop))
        try:
            yield World(home=home, database=database, deployment=deployment, relay=relay, connection=connection)
        finally:
            stop.set()
    await connection.close()
    await database.close()


async def _work(part: Part, stop: asyncio.Event) -> None:
    await part(stop)


async def inject(connection: asyncpg.Connection, number: int) -> Counter[tuple[str, str]]:
    """Defects, each of another customer; what an audit must name: kind, and customer or partition."""
    rows = await connection.fetch("SELECT subject FROM state ORDER BY subject")
    subjects = [row["subject"] for row in rows]
    random.Random(number).shuffle(subjects)
    expected: Counter[tuple[str, str]] = Counter()
    names = itertools.cycle([*DEFECTS, STUCK])
    for at, (name, subject) in enumerate(zip(itertools.islice(names, number), subjects, strict=False)):
        if name == STUCK:
            await connection.execute(_STUCK, subject, FIRST_WRONG_PARTITION + at)
            expected[STUCK, str(FIRST_WRONG_PARTITION + at)] += 1
        else:
            kind, statement = DEFECTS[name]
            await connection.execute(statement, subject)
            expected[kind, subject] += 1
    return expected


async def run(defects: int, events: int) -> bool:
    """Print what was found; whether all was well."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    async with servers() as home, world(home) as one:
        await one.write(skewed(events, 1))
        end = await one.told(INTERACTIONS)

        async def done() -> bool:
            return await one.connection.fetchval(_APPLIED) == end and await one.is_quiet()

        await until(done, seconds=APPLY_SECONDS, what="everything applied and sent")
        before, told = await one.look(), await one.told()
        expected = await inject(one.connection, defects)
        stuck = sum(count for (kind, _), count in expected.items() if kind == STUCK)
        found = await _audit(one)
        await until(one.is_quiet, seconds=60, what="nothing waiting")
        after, told_now = await one.look(), await one.told()
        left = await _audit(one)
    repaired = Counter({(kind, where): count for (kind, where, is_repaired), count in found.items() if is_repaired})
    missed, more = expected - repaired, repaired - expected
    side_effects = told_now - told - stuck
    print(
        f"{defects} defects: {(expected & repaired).total()} found and repaired, {missed.total()} missed, "
        f"{more.total()} more; rows {'as before' if before == after else 'DIFFER'}; {side_effects} messages beside the "
        f"{stuck} stuck ones; a second audit finds {left.total()}"
    )
    for key in [*missed, *more][:10]:
        print("  " + " ".join(key))
    return not missed and not more and before == after and side_effects == 0 and not left


async def _audit(one: World) -> Counter[tuple[str, str, bool]]:
    audit = await audit_once(
        one.database,
        one.deployment,
        one.relay,
        bootstrap=one.home.bootstrap,
        repairs=True,
        everything=True,
    )
    return Counter((each.kind, each.customer or str(each.partition), each.is_repaired) for each in audit.findings)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos drift")
    parser.add_argument("--defects", type=int, default=200)
    parser.add_argument("--events", type=int, default=20_000)
    chosen = parser.parse_args(arguments)
    sys.exit(0 if asyncio.run(run(chosen.defects, chosen.events)) else 1)
