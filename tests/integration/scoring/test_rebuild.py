"""Does a rebuild find what is wrong, leave what is right byte for byte, and tell nobody of what did not happen?"""

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.scoring.desk import (
    PARTITIONS,
    Desk,
    deployment,
    event,
    linked,
    messages,
    oracle,
    order,
    partition,
    rows,
)
from tests.integration.scoring.test_aliases import settle
from tests.integration.scoring.test_erasure import erased
from tests.support.chassis import publish_events
from tests.support.topics import Topics

from common.database import Database
from common.events import Event
from common.progress import Place, positions
from scoring.domain.policy.policy import Policy
from scoring.jobs.rebuild import LedgerLacksEvents, Rebuild
from scoring.store.audit import sum_ledger
from scoring.store.rules import CountedOtherwise, RulesInForce
from scoring.store.states import SHOWN
from scoring.store.topic_log import TopicLog, open_log
from scoring.usecases.apply_events import apply_events
from scoring.usecases.audit_log import sum_log
from scoring.usecases.read_facts import read_facts

TYPES = ("page.viewed", "message.received", "complaint.made", "order.delivered", "zebra.seen")
BATCH = 2500


def year(events: int, customers: int, seed: int = 7) -> list[Event]:
    """Orders, refunds, cancels, links, an erasure and whatever else may happen."""
    chance = random.Random(seed)
    told: list[Event] = []
    for number in range(events):
        one = f"c-{chance.randrange(customers)}"
        days, pick = chance.uniform(0, 700), chance.random()
        if pick < 0.3:
            told.append(order(one, chance.randrange(90_000), days_ago=days, order_id=f"{one}-{number % 9}"))
        elif pick < 0.35:
            told.append(event("order.refunded", one, days_ago=days, amount_minor=500, order_id=f"{one}-{number % 9}"))
        elif pick < 0.37:
            told.append(event("order.cancelled", one, days_ago=days, order_id=f"{one}-{number % 9}"))
        else:
            told.append(event(chance.choice(TYPES), one, days_ago=days, personal=pick < 0.6))
    facts = [one for number in range(9) for one in linked(f"c-{number}", f"c-{number + 20}", number=number + 1)]
    return [*told, *facts, *erased("c-50", "c-51")]


async def live(database: Database, told: list[Event]) -> Desk:
    """A worker that has applied all of it and judged everybody."""
    desk = Desk(database)
    for start in range(0, len(told), BATCH):
        await desk.apply(told[start : start + BATCH])
    await settle(desk)
    await change(database, "DELETE FROM outbox")
    return desk


async def change(database: Database, *statements: str) -> None:
    async with database.transaction() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def add_surplus(database: Database, number: int) -> None:
    """States of whom no event tells."""
    add = text("INSERT INTO state (partition, subject, body) SELECT :partition, :subject, body FROM state LIMIT 1")
    subjects = [f"n-{one}" for one in range(number)]
    async with database.transaction() as connection:
        await connection.execute(add, [{"partition": partition(one), "subject": one} for one in subjects])


async def dump(database: Database) -> list[tuple[Any, ...]]:
    """Every row of state; of an alias, which is shown and published no more, its body."""
    shown = f"published, evaluated_on, erased_at IS NULL, {', '.join(SHOWN)}"
    return await rows(
        database,
        f"SELECT partition, subject, body, {shown} FROM state "  # noqa: S608
        "WHERE subject NOT IN (SELECT alias FROM alias) ORDER BY 1, 2",
    ) + await rows(
        database, "SELECT partition, subject, body FROM state WHERE subject IN (SELECT alias FROM alias) ORDER BY 1, 2"
    )


async def rebuilt(database: Database, **options: Any) -> Rebuild:
    run = Rebuild(database, deployment(), **options)
    await run.replay()
    return run


async def sent(database: Database) -> list[tuple[Any, ...]]:
    return await rows(database, "SELECT * FROM outbox UNION ALL SELECT null, null, null, null, null, null FROM dirty")


def some(ids: Iterable[int]) -> str:
    return "(" + ", ".join(f"'c-{one}'" for one in ids) + ")"


async def test_ten_thousand_events_make_the_same_states_again_and_nobody_hears_of_it(
    database: Database, policy: Policy
) -> None:
    told = year(10_000, 300)
    desk = await live(database, told)
    before = await dump(database)
    await change(database, "DELETE FROM state")
    run = await rebuilt(database)
    after = await dump(database)
    assert len(run.wrong) == 300
    assert after == before
    bodies = oracle([one for one in told if one.subject not in ("c-50", "c-51")], desk.deployment, policy)
    assert {row[1]: bytes(row[2]) for row in after if row[1] in bodies} == bodies
    assert await sent(database) == []
    run = await rebuilt(database, is_dry=True)
    assert (run.wrong, run.unreadable, run.events) == ([], 0, len(await rows(database, "SELECT id FROM ledger")))


async def test_only_what_differs_is_switched_and_only_a_shown_difference_is_told(database: Database) -> None:
    desk = await live(database, year(1500, 60))
    before = await dump(database)
    other = "(SELECT body FROM state WHERE subject = 'c-49')"
    await change(
        database,
        f"UPDATE state SET body = {other} WHERE subject IN {some(range(30, 35))}",  # noqa: S608
        f"DELETE FROM state WHERE subject IN {some((0, 1, 20, 40, 41))}",  # noqa: S608
        f"INSERT INTO state (partition, subject, body) VALUES ({partition('c-nobody')}, 'c-nobody', {other})",  # noqa: S608
        f"UPDATE state SET erased_at = NULL, body = {other} WHERE subject = 'c-51'",  # noqa: S608
    )
    found = await rebuilt(database, is_dry=True)
    assert len(found.wrong) == 12
    run = await rebuilt(database)
    assert sorted(run.wrong) == sorted(found.wrong)
    await settle(desk)
    assert await dump(database) == before
    assert await sent(database) == []
    await desk.apply([order("c-30", 20_000)])
    assert (await rebuilt(database, is_dry=True)).wrong == []


async def test_of_very_many_states_that_differ_all_are_counted_and_the_first_are_named(database: Database) -> None:
    await Desk(database).apply([order("c-1")])
    await add_surplus(database, 1_100)
    run = await rebuilt(database, is_dry=True)
    assert (run.differ, len(run.wrong), run.older) == (1_100, 1_000, 0)


async def test_a_lost_effect_is_told_of_with_the_cause_late(database: Database) -> None:
    desk = await live(database, [order("c-1", 900_000), order("c-2", 100)])
    other = "(SELECT body FROM state WHERE subject = 'c-2')"
    await change(database, f"UPDATE state SET body = {other}, published = NULL WHERE subject = 'c-1'")  # noqa: S608
    await rebuilt(database)
    await settle(desk)
    assert [one["data"]["cause"] for one in await messages(database)] == ["late"]


async def test_a_ledger_that_lost_events_is_not_replayed(database: Database) -> None:
    await live(database, [order("c-1", id_="o-1"), order("c-1", id_="o-2")])
    before = await dump(database)
    await change(database, "DELETE FROM ledger WHERE id = 'o-1'")
    with pytest.raises(LedgerLacksEvents):
        await rebuilt(database)
    assert await dump(database) == before
    run = Rebuild(database, deployment())
    await run.replay(may_lose=True)
    assert run.wrong == ["c-1"]


async def apply_log(desk: Desk, log: TopicLog, topic: str) -> dict[Place, tuple[int, int]]:
    """Apply a whole topic as the consumer does, and say so in the progress; its bounds."""
    bounds = await log.bounds((topic, one) for one in range(PARTITIONS))
    async for _, part in log.read_all(bounds, most=500):
        async with desk.database.transaction() as connection:
            await connection.execute(text("SELECT 1"))
            events = [one.received for one in part if one.received is not None]
            await apply_events(connection, events, deployment=desk.deployment, cache=desk.cache)
    async with desk.database.transaction() as connection:
        await positions(connection, {place: end for place, (_, end) in bounds.items()})
    return bounds


async def test_what_the_ledger_lost_comes_back_from_the_log(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    desk, topic = Desk(database), await fresh_topic("interactions")
    await publish_events(kafka_bootstrap, topic, [one for one in year(400, 40) if one.subject not in ("c-50", "c-51")])
    async with open_log(kafka_bootstrap, decode=read_facts) as log:
        bounds = await apply_log(desk, log, topic)
        await settle(desk)
        await change(database, "DELETE FROM outbox")
        before = await dump(database)
        sums = {place: await sum_log(log, place, range_) for place, range_ in bounds.items()}
        async with database.transaction() as connection:
            ledger = await sum_ledger(connection, bounds, since=datetime(2026, 1, 1, tzinfo=UTC))
        assert all(sums[place].equals(ledger.get(place, (0, 0))) for place in bounds)
        await change(
            database,
            "DELETE FROM ledger WHERE subject IN ('c-3', 'c-30')",
            "DELETE FROM ledger_key WHERE subject = 'c-30'",
            "DELETE FROM state WHERE subject = 'c-30'",
        )
        look = Rebuild(database, deployment(), is_dry=True)
        await look.restore(log)
        run = Rebuild(database, deployment())
        await run.restore(log)
    assert run.restored == look.restored > 10
    await run.replay()
    await settle(desk)
    assert await dump(database) == before
    assert await sent(database) == []


async def test_a_process_that_is_told_another_currency_touches_nothing(database: Database) -> None:
    async with database.transaction() as connection:
        assert (await RulesInForce("CNY Asia/Shanghai").in_force(connection)).policy.version
        with pytest.raises(CountedOtherwise, match="set GUANXI_BASE_CURRENCY and GUANXI_ZONE"):
            await RulesInForce("GBP Asia/Shanghai").in_force(connection)
