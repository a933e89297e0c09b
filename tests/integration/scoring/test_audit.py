"""Does the audit find every defect that is put in, repair it without a side effect, and find none where all is well?"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from structlog.testing import capture_logs
from tests.integration.scoring.desk import Desk, deployment, event, linked, oracle, order, partition, rows, states
from tests.integration.scoring.test_aliases import settle
from tests.integration.scoring.test_daily import fire_all
from tests.integration.scoring.test_policy_life import MAPPING, changed
from tests.integration.scoring.test_rebuild import add_surplus, change, dump, year
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
from scoring.domain.policy.policy import Policy
from scoring.jobs.audit import audit_once
from scoring.jobs.audit_run import Audit
from scoring.store.policies import add_policy, mark_published
from scoring.usecases.load_policy import POLICY
from scoring.usecases.reevaluate_page import plan_run


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
    return run.findings.counts


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


FOLLOWS = changed("kinds.follow", {**MAPPING["kinds"]["follow"], "types": ["account.followed", "page.viewed"]})
"""A policy by which who views a page follows, too."""


async def test_what_an_earlier_policy_counted_is_no_drift_and_is_counted_anew(
    servers: Home, database: Database, kafka_bootstrap: str
) -> None:
    desk = Desk(database)
    told = [event("page.viewed", f"c-{number}", days_ago=number) for number in range(6)]
    told += [order("c-0"), event("complaint.made", "c-untouched"), *linked("c-4", "c-3")]
    await desk.apply(told)
    async with database.transaction() as connection:
        await add_policy(connection, version="follows", body=FOLLOWS, from_file=True)
        await plan_run(connection, "policy-follows", cause=POLICY, deployment=desk.deployment)
    await fire_all(database, desk)
    later = [event("page.viewed", "c-1", days_ago=1), event("page.viewed", "c-new")]  # c-1 counts by both
    await desk.apply(later)
    await settle(desk)
    await change(
        database, "UPDATE state SET body = (SELECT body FROM state WHERE subject = 'c-4') WHERE subject = 'c-5'"
    )
    before = await dump(database)

    look = await audited(database, kafka_bootstrap, repairs=False, everything=True)
    assert kinds(look) == {("state_of_older_kinds", False): 5, ("state_altered", False): 1}
    assert (look.findings.differences, look.findings.open) == (1, 1)
    assert await dump(database) == before

    with capture_logs() as logged:
        run = await audited(database, kafka_bootstrap, everything=True)
    assert kinds(run) == {("state_of_older_kinds", True): 5, ("state_altered", True): 1}
    assert [(one["kind"], one["customer_id"]) for one in logged if one["event"] == "drift_found"] == [
        ("state_altered", "c-5")
    ]
    assert [one for one in logged if one["event"] == "states_of_older_kinds"] == [
        {"event": "states_of_older_kinds", "states": 5, "repaired": 5, "cause": "policy", "log_level": "info"}
    ]
    policy = Policy.from_mapping({**FOLLOWS, "version": "follows"})
    counted = [one for one in [*told, *later] if not one.source.startswith("guanxi.")]
    assert await states(database) == oracle(counted, desk.deployment, policy)
    await settle(desk)
    assert kinds(await audited(database, kafka_bootstrap, everything=True)) == {}
    async with open_api(servers, database) as api:
        shown = await ask(api, "GET", "/v1/audit")
        assert [(one["found"], one["repaired"]) for one in shown["runs"]] == [(0, 0), (1, 1), (1, 0)]
        older = [one for one in shown["data"] if one["kind"] == "state_of_older_kinds" and one["is_repaired"]]
        assert sorted(one["customer"] for one in older) == [f"c-{number}" for number in range(5)]
        assert older[0]["detail"].startswith("no drift, cause policy: ")
        assert all(one["is_repaired"] for one in shown["data"])  # what the first run left open, the second repaired


async def test_what_a_policy_counted_that_was_taken_back_is_no_drift(database: Database, kafka_bootstrap: str) -> None:
    desk = Desk(database)
    views = iter(event("page.viewed", "c-1", days_ago=days) for days in range(3))
    await desk.apply([next(views), event("page.viewed", "c-2")])
    async with database.transaction() as connection:
        await add_policy(connection, version="follows", body=FOLLOWS, from_file=True)
    await desk.apply([next(views)])
    async with database.transaction() as connection:
        await mark_published(connection, "1", by="ann")
    await desk.apply([next(views)])
    await settle(desk)
    run = await audited(database, kafka_bootstrap, everything=True)
    assert kinds(run) == {("state_of_older_kinds", True): 1}
    assert [one.customer for one in run.findings] == ["c-1"]


async def test_of_very_many_defects_all_are_counted_and_repaired_and_the_first_are_named(
    database: Database, kafka_bootstrap: str
) -> None:
    await Desk(database).apply([order("c-1")])
    await add_surplus(database, 1_100)
    run = await audited(database, kafka_bootstrap, everything=True)
    assert kinds(run) == {("state_surplus", True): 1_100}
    assert len(list(run.findings)) == 1_000
    assert await rows(database, "SELECT found, repaired FROM audit_run") == [(1_100, 1_100)]
    assert await rows(database, "SELECT count(*) FROM audit_finding") == [(1_000,)]
    assert list(await states(database)) == ["c-1"]
