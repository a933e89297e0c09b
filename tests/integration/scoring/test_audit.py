"""Does the audit find every defect that is put in, repair it without a side effect, and find none where all is well?"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from tests.integration.scoring.desk import Desk, deployment, event, partition, rows
from tests.integration.scoring.test_rebuild import change, dump, year
from tests.integration.scoring.test_worker import is_true, working
from tests.integration.scoring.web import ask, open_api
from tests.support.chassis import publish_events
from tests.support.topics import Topics
from tests.support.waiting import until

from common.database import Database
from common.events import RELATIONSHIPS, Event
from common.kafka import open_producer
from common.outbox import OutboxRelay
from guanxi_cli.local.home import Home
from scoring.jobs.audit import audit_once
from scoring.jobs.audit_run import Audit


@asynccontextmanager
async def shop(database: Database, bootstrap: str, topic: str, told: Sequence[Event]) -> AsyncIterator[None]:
    """A database that has applied all of it from the log, and sent what it had to say."""
    await publish_events(bootstrap, topic, told)
    async with working(database, bootstrap, [topic]):
        await until(partial(is_true, database, f"SELECT sum(next_offset) = {len(told)} FROM progress"))  # noqa: S608
        await until(partial(is_true, database, "SELECT count(*) = 0 FROM dirty"))
        await until(partial(is_true, database, "SELECT count(*) = 0 FROM outbox"))
    yield


async def audited(database: Database, bootstrap: str, **options: bool) -> Audit:
    async with open_producer(bootstrap, partitions=6) as producer:
        await producer.connected()
        relay = OutboxRelay(database, producer)
        options = {"repairs": True, "everything": False, **options}
        return await audit_once(database, deployment(), relay, bootstrap=bootstrap, **options)


def kinds(run: Audit) -> Counter[tuple[str, bool]]:
    return Counter((one.kind, one.is_repaired) for one in run.findings)


async def told(database: Database) -> list[Any]:
    """What an audit must not cause: messages, marks and transitions."""
    return await rows(
        database,
        "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM dirty), (SELECT count(*) FROM transition)",
    )


async def judge_all_marked(database: Database) -> None:
    """Also the marks of partitions whose owner is gone, which others take after a moment."""
    desk = Desk(database)

    async def done() -> bool:
        await desk.judge_marked()
        return await is_true(database, "SELECT count(*) = 0 FROM dirty")

    await until(done, what="no mark left")


EVENTS_LOST = (
    "DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE source = 'shop' ORDER BY id LIMIT 3)",
    """WITH chosen AS (SELECT id FROM ledger WHERE source = 'shop' ORDER BY id DESC LIMIT 4),
       gone AS (DELETE FROM ledger WHERE id IN (SELECT id FROM chosen) RETURNING source, id)
       DELETE FROM ledger_key k USING gone WHERE (k.source, k.id) = (gone.source, gone.id)""",
)
OTHER = "(SELECT body FROM state WHERE subject = 'c-49')"
ROWS_ALTERED = (
    f"UPDATE state SET body = {OTHER} WHERE subject IN ('c-30', 'c-31', 'c-0', 'c-20')",  # noqa: S608
    "DELETE FROM state WHERE subject IN ('c-32', 'c-1')",
    "UPDATE state SET tier = 'intimate', monetary_minor = 7 WHERE subject IN ('c-33', 'c-34', 'c-22')",
    "UPDATE state SET published = NULL WHERE subject = 'c-35'",
    f"UPDATE state SET erased_at = NULL, body = {OTHER} WHERE subject = 'c-51'",  # noqa: S608
    "DELETE FROM ledger WHERE subject = 'c-36' AND id = (SELECT max(id) FROM ledger WHERE subject = 'c-36')",
    f"INSERT INTO state (partition, subject, body) VALUES ({partition('c-nobody')}, 'c-nobody', {OTHER})",  # noqa: S608
)
MESSAGE = f"'{RELATIONSHIPS}', 'c-30', '{{}}', now() - interval '1 hour'"
OUTBOX_STUCK = (
    f"INSERT INTO outbox (partition, topic, key, value, created_at) VALUES (77, {MESSAGE})",  # noqa: S608
    f"INSERT INTO outbox (partition, topic, key, value, created_at) VALUES (2, {MESSAGE})",  # noqa: S608
)


async def test_what_is_adrift_is_found_and_repaired_and_nobody_hears_of_it(
    servers: Home, database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    bad = event("order.completed", "c-1", id_="bad", currency="CNY")
    story = [*year(800, 60), bad]
    again = story[:100]  # repeats, also of the erased
    async with shop(database, kafka_bootstrap, await fresh_topic("interactions"), [*story, *again]):
        before, quiet = await dump(database), await told(database)
    await change(database, *EVENTS_LOST)
    look = await audited(database, kafka_bootstrap, repairs=False, everything=True)
    assert {kind for kind, _ in kinds(look)} >= {"event_missing"}
    assert await dump(database) == before

    run = await audited(database, kafka_bootstrap)
    assert kinds(run) == {("event_missing", True): 7}
    assert run.events == len(story)
    assert kinds(await audited(database, kafka_bootstrap)) == {}
    assert (await dump(database), await told(database)) == (before, quiet)

    await change(database, *ROWS_ALTERED, *OUTBOX_STUCK)
    run = await audited(database, kafka_bootstrap, everything=True)
    assert kinds(run) == {
        ("state_altered", True): 4,
        ("state_lost", True): 2,
        ("state_surplus", True): 1,
        ("shown_altered", True): 4,
        ("erasure_unmarked", True): 1,
        ("event_missing", True): 1,
        ("outbox_stuck", True): 2,
    }
    await judge_all_marked(database)
    assert (await dump(database), await told(database)) == (before, quiet)
    assert kinds(await audited(database, kafka_bootstrap, everything=True)) == {}
    async with open_api(servers, database) as api:
        shown = await ask(api, "GET", "/v1/audit?limit=3")
        assert (len(shown["data"]), shown["has_more"], shown["runs"][0]["found"]) == (3, True, 0)
        assert shown["data"][0]["is_repaired"]
