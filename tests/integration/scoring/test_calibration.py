"""Does a calibration of the real base come into force, judge everybody anew, and leave a refused base as it was?"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.scoring.desk import NOW, TODAY, Desk, deployment, linked, messages, order, rows
from tests.integration.scoring.web import ask, open_api

from common.database import Database
from common.events import Event
from common.identity import IdentityKey
from common.timers import Timer, Timers
from guanxi_cli.local.home import Home
from scoring.domain.policy.policy import Policy
from scoring.domain.quality.backtest import observe
from scoring.domain.quality.calibration import calibrate
from scoring.domain.quality.calibration_measures import measure
from scoring.domain.quality.quality import judge
from scoring.domain.state.arrays import pack
from scoring.domain.state.days import day_number
from scoring.jobs.runs import STEPS
from scoring.store.thresholds import add_thresholds, free_version
from scoring.usecases.plan_month import MONTH, begin_month, plan_month
from scoring.usecases.read_base import read_base
from scoring.usecases.reevaluate_page import REEVALUATE, reevaluate_page
from scoring.usecases.step_job import step_job

CUSTOMERS = 520


def shop() -> Iterator[Event]:
    """Buyers of a year: small money, so that the policy's fixed cuts call nobody valuable."""
    for number in range(CUSTOMERS):
        customer = f"c-{number}"
        for order_number in range(1 + number % 4):
            yield order(customer, 100 + 7 * number, days_ago=(number * 13 + order_number * 61) % 330)


async def run_jobs(database: Database) -> int:
    """Every step of every open run; how many."""
    steps = 0
    while True:
        async with database.transaction() as connection:
            if not await step_job(connection, STEPS, deployment=deployment()):
                return steps
        steps += 1


async def ended(api: httpx.AsyncClient, database: Database, path: str, **body: Any) -> Any:
    """The run that a POST asked for, at its end."""
    asked = await ask(api, "POST", path, 202, json=body)
    await run_jobs(database)
    return await ask(api, "GET", f"/v1/jobs/{asked['id']}")


async def test_a_calibration_comes_into_force_and_judges_everybody_with_the_cause_thresholds(
    servers: Home, database: Database, policy: Policy
) -> None:
    desk = Desk(database)
    ann = IdentityKey.load(servers.folder / "identity.key").own_id("user_id", "ann")
    await desk.apply([*shop(), order(ann, 5000, days_ago=2), *linked("c-1", "c-0")])
    await desk.judge_marked()
    async with open_api(servers, database) as api:
        dry = await ended(api, database, "/v1/thresholds", dry_run=True)
        assert (dry["state"], dry["result"]["version"]) == ("done", None)
        assert [row["version"] for row in (await ask(api, "GET", "/v1/thresholds"))["data"]] == ["fixed"]
        job = await ended(api, database, "/v1/thresholds")
        assert (job["state"], job["done"], job["total"]) == ("done", 2 * CUSTOMERS + 2, 2 * CUSTOMERS + 2)
        async with database.transaction() as connection:
            bodies = [body async for page in read_base(connection, deployment=desk.deployment) for body in page.bodies]
        whole = measure(pack(bodies), day_number(TODAY), policy, policy.fixed)
        expected = calibrate(whole, day_number(TODAY), policy)
        listed = (await ask(api, "GET", "/v1/thresholds"))["data"]
        assert [(row["version"], row["in_force"]) for row in listed] == [("2026-11-24", True), ("fixed", False)]
        assert {name: listed[0][name] for name in expected.as_mapping()} == expected.as_mapping()
        assert (listed[0]["buyers"], listed[0]["window_days"], listed[0]["as_of"]) == (520, 365, "2026-11-24")
        record = await ask(api, "GET", "/v1/thresholds/2026-11-24")
        assert record["report"] == job["result"]["report"] == dry["result"]["report"]
        assert "520 of 520 customers bought within 365 days" in record["report"]["text"]["en"]
        moved = record["report"]["moves"]["dimensions"][0]["moved"]
        assert moved > 100
        assert (await ask(api, "GET", "/v1/thresholds/fixed"))["report"] is None
        assert "lists the versions" in (await ask(api, "GET", "/v1/thresholds/none", 404))["detail"]
        before = len(await messages(database))
        await fire_everything(database, desk)
        told = (await messages(database))[before:]
        assert {one["data"]["cause"] for one in told} == {"thresholds"}
        changes = [change for one in told for change in one["data"].get("changes", [])]
        assert sum(change["dimension"] == "segment" for change in changes) == moved
        card = await ask(api, "GET", "/v1/customers/user_id:ann")
        assert card["versions"] == {"policy": policy.version, "thresholds": "2026-11-24"}
        old = await ask(api, "GET", "/v1/customers/user_id:ann?thresholds=fixed")
        assert old["versions"]["thresholds"] == "fixed"
    async with database.transaction() as connection:
        assert await free_version(connection, TODAY) == "2026-11-24.2"
    assert await rows(database, "SELECT count(*) FROM job_page") == [(0,)]


async def fire_everything(database: Database, desk: Desk) -> None:
    async def fire(connection: AsyncConnection, timer: Timer) -> None:
        await reevaluate_page(connection, timer, deployment=desk.deployment, cache=desk.cache, minutes=0)

    timers = Timers(database, {REEVALUATE: fire})
    while await timers.fire_due():
        pass


async def test_a_base_that_is_too_young_is_refused_with_what_to_do_and_the_thresholds_stay(
    servers: Home, database: Database
) -> None:
    await Desk(database).apply([order("c-1", days_ago=3)])
    async with open_api(servers, database) as api:
        job = await ended(api, database, "/v1/thresholds")
        assert job["state"] == "failed"
        assert "too_few_buyers: 1 customer bought within 365 days, at least 500 needed: import more" in job["error"]
        assert "too_little_history: the first purchase is 3 days old" in job["error"]
        assert [row["in_force"] for row in (await ask(api, "GET", "/v1/thresholds"))["data"]] == [True]
        tomorrow = (TODAY + timedelta(days=1)).isoformat()
        refused = await ask(api, "POST", "/v1/thresholds", 422, json={"as_of": tomorrow})
        assert refused["detail"] == "2026-11-25 is not over: choose 2026-11-24 or an earlier day."
        await ask(api, "POST", "/v1/thresholds", 422, json={"asof": "2026-01-01"})


async def test_a_quality_run_is_kept_beside_the_versions_that_it_judged(
    servers: Home, database: Database, policy: Policy
) -> None:
    await Desk(database).apply(shop())
    async with open_api(servers, database) as api:
        job = await ended(api, database, "/v1/quality")
        await ended(api, database, "/v1/quality", as_of="2026-06-01", horizon_days=60)
        page = await ask(api, "GET", "/v1/quality?limit=1")
        assert (page["data"][0]["as_of"], page["data"][0]["horizon_days"]) == ("2026-06-01", 60)
        first = (await ask(api, "GET", f"/v1/quality?limit=1&cursor={page['next_cursor']}"))["data"][0]
        assert first["as_of"] == (TODAY - timedelta(days=90)).isoformat()
        assert first["versions"] == {"policy": policy.version, "thresholds": "fixed"}
        async with database.transaction() as connection:
            bodies = [body async for page in read_base(connection, deployment=deployment()) for body in page.bodies]
        seen = observe(pack(bodies), day_number(TODAY - timedelta(days=90)), 90, policy, policy.fixed)
        expected = judge(seen, policy)
        assert {name: first[name] for name in expected} == {name: job["result"][name] for name in expected} == expected
        late = await ask(api, "POST", "/v1/quality", 422, json={"as_of": "2026-11-01"})
        assert "choose as_of 2026-08-26 or earlier" in late["detail"]


async def test_a_month_asks_for_both_runs_once(database: Database) -> None:
    at = deployment(NOW)
    async with database.transaction() as connection:
        for _ in range(2):
            await plan_month(connection, day_of_month=1, minutes=180, deployment=at)
        await begin_month(connection, deployment=at)
    planned = await rows(database, "SELECT kind, key, due_at AT TIME ZONE 'Asia/Shanghai' FROM timer")
    assert planned == [(MONTH, "2026-12", NOW.replace(month=12, day=1, hour=3, tzinfo=None))]
    asked = await rows(database, "SELECT kind, params ->> 'as_of', asked_by FROM job ORDER BY id")
    assert asked == [("quality", "2026-08-25", "schedule"), ("calibrate", "2026-11-23", "schedule")]


async def test_another_day_of_the_month_may_be_chosen_after_this_month_s_run(database: Database) -> None:
    at = deployment(NOW)
    async with database.transaction() as connection:
        await plan_month(connection, day_of_month=28, minutes=180, deployment=at)
        await connection.execute(text("UPDATE timer SET done_at = now() WHERE key = '2026-11'"))
        await plan_month(connection, day_of_month=26, minutes=180, deployment=at)
    planned = await rows(database, "SELECT key, due_at AT TIME ZONE 'Asia/Shanghai' FROM timer WHERE done_at IS NULL")
    assert planned == [("2026-12", NOW.replace(month=12, day=26, hour=3, tzinfo=None))]


async def test_of_two_calibrations_that_end_at_once_each_has_its_version(database: Database, policy: Policy) -> None:
    async def keep(connection: AsyncConnection) -> str:
        made = replace(policy.fixed, version=await free_version(connection, TODAY))
        await add_thresholds(connection, made, as_of=TODAY, report={}, made_by="test")
        return made.version

    async def keep_too() -> str:
        async with database.transaction() as connection:
            return await keep(connection)

    async with database.transaction() as connection:
        first = await keep(connection)
        other = asyncio.create_task(keep_too())
        while not await _waits(connection):
            assert not other.done()
    assert [first, await other] == ["2026-11-24", "2026-11-24.2"]


async def _waits(connection: AsyncConnection) -> bool:
    waiting = text("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
    return bool((await connection.execute(waiting)).scalar_one())
