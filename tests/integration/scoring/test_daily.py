"""Does every customer move by time alone, once a day, and is nobody's transition lost or told twice?"""

from dataclasses import replace as replace_rules
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.scoring.desk import PARTITIONS, Desk, deployment, messages, order, rows

from common.database import Database
from common.timers import Timer, Timers
from scoring.domain.policy.policy import Policy
from scoring.store.policies import add_policy
from scoring.store.thresholds import add_thresholds
from scoring.usecases.read_stored_policy import read_stored_policy
from scoring.usecases.reevaluate_page import REEVALUATE, plan_day, plan_run, reevaluate_page

TODAY_NOW = datetime.now(UTC)
"""Timers are due by the database's clock, so this day is the real one."""


async def fire_all(database: Database, desk: Desk) -> int:
    """Fire whatever is due, and what that plans for now."""

    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        await reevaluate_page(connection, timer, deployment=desk.deployment, cache=desk.cache, minutes=0)

    timers, fired = Timers(database, {REEVALUATE: fire}), 0
    while now := await timers.fire_due():
        fired += now
    return fired


async def plan_today(desk: Desk) -> None:
    async with desk.database.transaction() as connection:
        await plan_day(connection, desk.deployment.today(), deployment=desk.deployment, minutes=0)


async def apply_long_ago(database: Database, customers: int = 20) -> None:
    """Orders half a year ago, judged then."""
    then = TODAY_NOW - timedelta(days=200)
    told = [order(f"c-{number}", 30_000) for number in range(customers)]
    moved = [
        type(one)(**{**{name: getattr(one, name) for name in one.__struct_fields__}, "time": then}) for one in told
    ]
    await Desk(database, deployment(then)).apply(moved)


async def test_customers_who_fell_silent_are_published_as_dormant_with_the_cause_time(database: Database) -> None:
    await apply_long_ago(database)
    desk = Desk(database, deployment(TODAY_NOW))
    await plan_today(desk)
    assert await fire_all(database, desk) == PARTITIONS
    told = (await messages(database))[20:]
    assert len(told) == 20
    assert {one["data"]["cause"] for one in told} == {"time"}
    assert all({"dimension": "status", "from": "active", "to": "dormant"} in one["data"]["changes"] for one in told)
    assert all(one["data"]["caused_by"] == [] for one in told)
    noted = "SELECT customer, was, now FROM transition WHERE dimension = 'status' AND cause = 'time' ORDER BY customer"
    assert await rows(database, noted) == [(one, "active", "dormant") for one in sorted(f"c-{i}" for i in range(20))]
    today = desk.deployment.today()
    assert await rows(database, "SELECT DISTINCT evaluated_on FROM state") == [(today,)], "also who did not move"


async def test_a_second_run_of_the_same_day_finds_nothing_to_do(database: Database) -> None:
    await apply_long_ago(database)
    for _ in range(2):
        desk = Desk(database, deployment(TODAY_NOW))
        await plan_today(desk)
        await fire_all(database, desk)
    assert len(await messages(database)) == 40
    planned = await rows(database, "SELECT DISTINCT payload ->> 'run' FROM timer WHERE done_at IS NULL")
    assert planned == [((desk.deployment.today() + timedelta(days=1)).isoformat(),)]


async def test_days_that_were_missed_are_not_replayed(database: Database) -> None:
    await apply_long_ago(database)
    old = Desk(database, deployment(TODAY_NOW - timedelta(days=40)))
    await plan_today(old)
    desk = Desk(database, deployment(TODAY_NOW))
    await fire_all(database, desk)
    told = (await messages(database))[20:]
    assert len(told) == 20
    assert {one["data"]["as_of"] for one in told} == {desk.deployment.today().isoformat()}


async def test_the_consumer_goes_on_from_what_the_daily_job_published(database: Database) -> None:
    await apply_long_ago(database, customers=1)
    desk = Desk(database, deployment(TODAY_NOW))
    await desk.apply([])
    await plan_today(desk)
    await fire_all(database, desk)
    await desk.apply([replace(order("c-0", 20_000), time=TODAY_NOW)])
    changed = (await messages(database))[-1]["data"]["changes"]
    assert {"dimension": "status", "from": "dormant", "to": "active"} in changed


@pytest.mark.parametrize("cause", ["policy", "thresholds"])
async def test_what_new_rules_move_is_told_as_theirs_whichever_run_comes_first(
    database: Database, policy: Policy, cause: str
) -> None:
    desk = Desk(database, deployment(TODAY_NOW))
    await apply_long_ago(database)
    async with database.transaction() as connection:
        if cause == "policy":
            stored = await read_stored_policy(connection, policy.version)
            await add_policy(connection, version="2", body=stored.body, from_file=True)
        else:
            made = replace_rules(policy.fixed, version="t-1")
            await add_thresholds(connection, made, as_of=desk.deployment.today(), report={}, made_by="test")
    await plan_today(desk)
    await fire_all(database, desk)
    async with database.transaction() as connection:
        await plan_run(connection, f"{cause}-2", cause=cause, deployment=desk.deployment)
    await fire_all(database, desk)
    told = (await messages(database))[20:]
    assert len(told) == 20
    assert {one["data"]["cause"] for one in told} == {cause}
    assert await rows(database, "SELECT DISTINCT cause FROM transition") == [(cause,)]
