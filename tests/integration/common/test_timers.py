"""Does a timer fire once, whichever worker claims it, and again when its worker died?"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.chassis import open_chassis
from tests.support.databases import Databases

from common.timers import Timer, Timers, plan

PAST = datetime(2026, 1, 1, tzinfo=UTC)


async def test_each_due_timer_fires_once_among_three_workers_and_none_before_its_time(database_url: Databases) -> None:
    database = await open_chassis(await database_url())
    fired: Counter[str] = Counter()

    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        await connection.execute(text("INSERT INTO counted VALUES (:key, 1)"), {"key": timer.key})
        fired[timer.key] += 1

    async with database.transaction() as connection:
        for number in range(40):
            await plan(connection, kind="greet", key=f"t-{number}", due_at=PAST)
        await plan(connection, kind="greet", key="later", due_at=datetime.now(UTC) + timedelta(days=1))
        await plan(connection, kind="other", key="not mine", due_at=PAST)
    workers = [Timers(database, {"greet": fire}) for _ in range(3)]
    await asyncio.gather(*(worker.fire_due() for worker in workers))
    assert fired == Counter({f"t-{number}": 1 for number in range(40)})
    await database.close()


async def test_a_timer_whose_worker_died_is_claimed_again_after_its_lease_and_the_late_finisher_changes_nothing(
    database_url: Databases,
) -> None:
    database = await open_chassis(await database_url())
    done: list[str] = []

    async def quick(connection: AsyncConnection, timer: Timer) -> None:
        await connection.execute(text("INSERT INTO counted VALUES ('quick', 1)"))
        done.append("quick")

    async def slow(connection: AsyncConnection, timer: Timer) -> None:
        await connection.execute(text("INSERT INTO counted VALUES ('slow', 1)"))
        async with database.transaction() as other:
            await other.execute(text("UPDATE timer SET lease_until = now() - interval '1 second'"))
        await Timers(database, {"greet": quick}).fire_due()

    async with database.transaction() as connection:
        await plan(connection, kind="greet", key="t", due_at=PAST)
    assert await Timers(database, {"greet": slow}).fire_due() == 0
    async with database.transaction() as connection:
        assert (await connection.execute(text("SELECT customer FROM counted"))).scalars().all() == ["quick"]
    assert done == ["quick"]
    await database.close()


async def test_a_timer_planned_again_moves_until_it_has_fired(database_url: Databases) -> None:
    database = await open_chassis(await database_url())
    fired: list[datetime] = []

    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        fired.append(timer.due_at)

    for due_at in (datetime.now(UTC) + timedelta(days=1), PAST):
        async with database.transaction() as connection:
            await plan(connection, kind="greet", key="t", due_at=due_at)
    timers = Timers(database, {"greet": fire})
    assert await timers.fire_due() == 1
    async with database.transaction() as connection:
        await plan(connection, kind="greet", key="t", due_at=PAST - timedelta(days=1))
    assert await timers.fire_due() == 0
    assert fired == [PAST]
    await database.close()


async def test_a_timer_moved_while_it_is_being_fired_fires_at_its_new_instant_only(database_url: Databases) -> None:
    database = await open_chassis(await database_url())
    later = datetime.now(UTC) + timedelta(days=1)

    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        await connection.execute(text("INSERT INTO counted VALUES (:key, 1)"), {"key": timer.key})
        async with database.transaction() as other:
            await plan(other, kind="greet", key="t", due_at=later)

    async with database.transaction() as connection:
        await plan(connection, kind="greet", key="t", due_at=PAST)
    assert await Timers(database, {"greet": fire}).fire_due() == 0
    async with database.transaction() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM counted"))).scalar_one() == 0
        row = (await connection.execute(text("SELECT due_at, done_at FROM timer"))).one()
    assert tuple(row) == (later, None)
    await database.close()
