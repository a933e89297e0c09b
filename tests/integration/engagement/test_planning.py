"""Do birthdays, festivals and cadences become rows, move while they may, and end with a reason?"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from tests.support.mirror import evaluated, identity_fact, interaction, received
from tests.support.waiting import until

from common.database import Database
from common.events import Event
from engagement.consumers.events import EventHandler
from engagement.jobs.plan import plan_care
from engagement.store.documents import add_document
from engagement.usecases.current_policies import Policies
from engagement.usecases.plan_page import plan_page

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 4, 20, tzinfo=UTC)
GREETING = """
name: greeting
purpose: care
priority: 50
when: {calendar: {event: birthday, hour: 10}}
do: [{message: {template: hello, channels: [email]}}]
valid_for: 1d
dated: false
"""
RETURN_VISIT = """
name: return_visit
purpose: care
priority: 50
when: {cadence: {since: [call.made], days: {tier: {intimate: 30, brand: 20}}, hour: 10}}
do: [{task: {kind: return_visit, role: advisor}}]
valid_for: 5d
"""


async def put(database: Database, *playbooks: str) -> None:
    """Put playbooks in force."""
    async with database.transaction() as connection:
        for written in playbooks:
            name = written.split()[1]
            await add_document(connection, kind="playbook", name=name, written=written, author="ann")


async def only(database: Database, *playbooks: str) -> None:
    """Put playbooks in force, and take the shipped ones away."""
    async with database.transaction() as connection:
        await connection.execute(text("DELETE FROM document"))
    await put(database, *playbooks)


async def tell(database: Database, *events: Event) -> None:
    async with database.transaction() as connection:
        await EventHandler(Policies(), SHANGHAI).handle(connection, received(events))


async def run(database: Database, now: datetime = NOW) -> None:
    """Plan until nothing is left."""
    planned, policies = True, Policies()
    while planned:
        async with database.transaction() as connection:
            planned = await plan_page(connection, policies=policies, zone=SHANGHAI, now=now)


async def rows(
    database: Database, columns: str = "key, due_at, decide_at IS NOT NULL", table: str = "occasion"
) -> Sequence[Any]:
    async with database.transaction() as connection:
        return [tuple(row) for row in await connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY id"))]  # noqa: S608


async def answer(database: Database) -> None:
    """As the arbiter does: an occasion's end."""
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE occasion SET decide_at = NULL"))


def told(minute: int = 1, subject: str = "c-1", **profile: object) -> Event:
    return interaction(minute, "profile.updated", subject, id_=f"p-{minute}-{subject}", profile=profile)


def at(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=UTC)


async def test_a_birthday_becomes_one_row_with_its_due_instant_however_often_it_is_planned(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(birthday="1990-05-04"))
    await run(database)
    await run(database, NOW + timedelta(days=1))
    assert await rows(database) == [("birthday:2027", at("2027-05-04T02:00"), True)]
    assert await rows(database, "playbook, version, step, customer, decide_at, valid_until, facts ->> 'day'") == [
        ("greeting", 1, 0, "c-1", at("2027-05-04T02:00"), at("2027-05-05T02:00"), "2027-05-04")
    ]


async def test_a_new_zone_a_new_birthday_and_a_new_version_move_the_row(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(1, birthday="1990-05-04"))
    await run(database)
    await tell(database, told(2, zone="America/New_York"))
    await run(database)
    assert await rows(database) == [("birthday:2027", at("2027-05-04T14:00"), True)]
    await tell(database, told(3, birthday="1990-03-29", birthday_calendar="lunar"))
    await run(database)
    assert await rows(database) == [("birthday:2027", at("2027-05-05T14:00"), True)]
    await put(database, GREETING.replace("hour: 10", "hour: 8"))
    await run(database)
    assert await rows(database, "version, due_at") == [(2, at("2027-05-05T12:00"))]


async def test_a_row_that_was_answered_never_moves(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(1, birthday="1990-04-19"))
    await run(database, at("2027-04-18T00:00"))
    await answer(database)
    await tell(database, told(2, birthday="1990-05-20", zone="Europe/Paris"))
    await run(database)
    assert await rows(database) == [("birthday:2027", at("2027-04-19T02:00"), False)]
    assert await rows(database, "id", "decision") == []


async def test_a_row_that_is_due_belongs_to_the_arbiter(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(1, birthday="1990-04-19"))
    await run(database, at("2027-04-18T00:00"))
    await tell(database, told(2, birthday=None))
    await run(database, at("2027-04-19T02:00"))
    assert await rows(database) == [("birthday:2027", at("2027-04-19T02:00"), True)]


async def test_a_row_without_its_reason_ends_with_a_decision_and_comes_back_with_it(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(1, birthday="1990-05-04"))
    await run(database)
    await tell(database, told(2, birthday=None))
    await run(database)
    assert await rows(database) == [("birthday:2027", at("2027-05-04T02:00"), False)]
    decided = await rows(database, "playbook, purpose, kind, decision, reason, at", "decision")
    assert decided == [("greeting", "care", "message", "skip", "stopped", NOW)]
    await tell(database, told(3, birthday="1990-05-06"))
    await run(database)
    assert await rows(database) == [("birthday:2027", at("2027-05-06T02:00"), True)]
    await put(database, GREETING + "enabled: false")
    await run(database)
    assert await rows(database) == [("birthday:2027", at("2027-05-06T02:00"), False)]


async def test_a_birthday_told_on_its_day_is_due_at_once_and_a_past_one_is_not_planned(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(1, "c-late", birthday="1990-04-20"), told(1, "c-past", birthday="1990-04-18"))
    await run(database, at("2027-04-20T05:00"))
    assert await rows(database, "customer, due_at, decide_at") == [
        ("c-late", at("2027-04-20T02:00"), at("2027-04-20T02:00"))
    ]


async def test_a_contact_ends_the_planned_one_and_plans_the_next(database: Database) -> None:
    await only(database, RETURN_VISIT)
    first, second = (interaction(minute, "call.made", "c-1") for minute in (0, 18 * 24 * 60))
    await tell(database, evaluated(1, "c-1", as_of=NOW.date(), tier="intimate"), first)
    now = first.time + timedelta(days=10)
    due = [(one.time + timedelta(days=30)).astimezone(SHANGHAI).replace(hour=10, minute=0) for one in (first, second)]
    await run(database, now)
    assert await rows(database, "due_at, decide_at IS NOT NULL") == [(due[0], True)]
    await tell(database, second)
    await run(database, now)
    assert await rows(database, "due_at, decide_at IS NOT NULL") == [(due[0], False), (due[1], True)]
    assert await rows(database, "reason", "decision") == [("stopped",)]


async def test_after_a_merge_one_row_stays_and_what_an_alias_was_answered_is_not_asked_again(
    database: Database,
) -> None:
    await only(database, GREETING)
    await tell(database, told(1, "c-alias", birthday="1990-05-04"), told(1, "c-customer", birthday="1990-05-04"))
    await run(database)
    await tell(database, *identity_fact(5, "customer.merged", "c-alias", "c-customer"))
    await run(database)
    kept = await rows(database, "customer, decide_at IS NOT NULL")
    assert kept == [("c-alias", True), ("c-customer", False)]
    await answer(database)
    await tell(database, told(9, "c-customer", birthday="1990-05-10"))
    await run(database, at("2027-05-05T00:00"))
    assert await rows(database, "customer, decide_at IS NOT NULL") == [("c-alias", False), ("c-customer", False)]
    await tell(database, *identity_fact(12, "customer.unmerged", "c-alias", "c-customer"))
    await run(database, at("2027-05-05T00:00"))
    assert await rows(database, "customer, due_at, decide_at IS NOT NULL") == [
        ("c-alias", at("2027-05-04T02:00"), False),
        ("c-customer", at("2027-05-10T02:00"), True),
    ]


async def test_the_shipped_birthday_is_planned(database: Database) -> None:
    await tell(database, told(1, birthday="1990-05-04", zone="Europe/Paris"))
    await run(database)
    assert ("birthday", "birthday:2027", at("2027-05-04T08:00")) in await rows(database, "playbook, key, due_at")


async def test_the_worker_plans_within_seconds_what_it_hears(database: Database) -> None:
    stop = asyncio.Event()
    job = asyncio.create_task(plan_care(database, Policies(), SHANGHAI)(stop))
    soon = datetime.now(UTC) + timedelta(days=5)

    async def planned_for(day: datetime) -> bool:
        return (day.date().isoformat(),) in await rows(database, "facts ->> 'day'")

    try:
        for minute, day in enumerate((soon, soon + timedelta(days=2))):
            await tell(database, told(minute, birthday=f"--{day:%m-%d}", zone="UTC"))
            await until(partial(planned_for, day), what="the birthday planned", seconds=10)
    finally:
        stop.set()
        await job


async def test_one_transaction_plans_at_a_time(database: Database) -> None:
    await only(database, GREETING)
    await tell(database, told(1, birthday="1990-05-04"))

    async with database.transaction() as first, database.transaction() as second:
        assert await plan_page(first, policies=Policies(), zone=SHANGHAI, now=NOW)
        assert not await plan_page(second, policies=Policies(), zone=SHANGHAI, now=NOW)
    assert len(await rows(database)) == 1


async def test_a_pass_goes_on_where_it_stopped_and_plans_everybody_once_a_day(database: Database) -> None:
    await only(database, GREETING)
    people = [told(1, f"c-{number:04}", birthday=f"1990-05-{number % 28 + 1:02}") for number in range(2500)]
    await tell(database, *people)
    await run(database)
    assert len(await rows(database)) == 2500
    assert await rows_of_pass(database) == [(NOW.astimezone(SHANGHAI).date(), None)]


async def rows_of_pass(database: Database) -> Sequence[Any]:
    async with database.transaction() as connection:
        return [tuple(row) for row in await connection.execute(text("SELECT day, after FROM planning"))]
