"""Do birthdays, festivals and cadences become rows, move while they may, and end with a reason?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from tests.support.mirror import evaluated, identity_fact, interaction, received

from common.database import Database
from common.events import Event
from engagement.consumers.mirror import handle
from engagement.domain.calendar import CalendarPolicy
from engagement.domain.condition import All
from engagement.domain.playbook import ActionKind, Cadence, Calendar, CalendarEvent, Playbook, Purpose, Step, Trigger
from engagement.usecases.mark_replans import mark_replans
from engagement.usecases.plan_customers import Plan
from engagement.usecases.plan_page import plan_page

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 4, 20, tzinfo=UTC)
BIRTHDAY = Calendar(event=CalendarEvent.BIRTHDAY)
CALLS = Cadence(since=("call.made",), days_by_tier={"intimate": 30, "brand": 20})


def playbook(name: str, trigger: Trigger, version: int = 1) -> Playbook:
    step = Step(index=0, kind=ActionKind.MESSAGE, after=timedelta(), unless=(), template="hello", channels=("email",))
    return Playbook(
        name=name,
        version=version,
        purpose=Purpose.CARE,
        priority=50,
        when=(trigger,),
        conditions=All(),
        steps=(step,),
        valid_for=timedelta(days=1),
    )


def plan_of(*playbooks: Playbook, calendar: CalendarPolicy | None = None) -> Plan:
    return Plan(playbooks=playbooks, calendar=calendar or CalendarPolicy(), zone=SHANGHAI)


GREETING = plan_of(playbook("greeting", BIRTHDAY))


async def tell(database: Database, *events: Event) -> None:
    async with database.transaction() as connection:
        await handle(connection, received(events))
        await mark_replans(connection, events, contacts={"call.made"})


async def run(database: Database, plan: Plan, now: datetime = NOW) -> None:
    """Plan until nothing is left."""

    async def find(name: str, version: int) -> Playbook | None:
        return playbook(name, BIRTHDAY, version)

    planned = True
    while planned:
        async with database.transaction() as connection:
            planned = await plan_page(connection, plan=plan, find=find, now=now)


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
    await tell(database, told(birthday="1990-05-04"))
    await run(database, GREETING)
    await run(database, GREETING, NOW + timedelta(days=1))
    assert await rows(database) == [("birthday:2027", at("2027-05-04T02:00"), True)]
    assert await rows(database, "playbook, version, step, customer, decide_at, valid_until, facts ->> 'day'") == [
        ("greeting", 1, 0, "c-1", at("2027-05-04T02:00"), at("2027-05-05T02:00"), "2027-05-04")
    ]


async def test_a_new_zone_a_new_birthday_and_a_new_version_move_the_row(database: Database) -> None:
    await tell(database, told(1, birthday="1990-05-04"))
    await run(database, GREETING)
    await tell(database, told(2, zone="America/New_York"))
    await run(database, GREETING)
    assert await rows(database) == [("birthday:2027", at("2027-05-04T14:00"), True)]
    await tell(database, told(3, birthday="1990-03-29", birthday_calendar="lunar"))
    await run(database, GREETING)
    assert await rows(database) == [("birthday:2027", at("2027-05-05T14:00"), True)]
    async with database.transaction() as connection:  # a new version came into force: everybody is planned again
        await connection.execute(
            text(
                "INSERT INTO document (kind, name, version, text, sha256, from_file, author) VALUES "
                "('playbook', 'greeting', 2, '', '', false, 'ann')"
            )
        )
    await run(database, plan_of(playbook("greeting", Calendar(event=CalendarEvent.BIRTHDAY, hour=8), 2)))
    assert await rows(database, "version, due_at") == [(2, at("2027-05-05T12:00"))]


async def test_a_row_that_was_answered_never_moves(database: Database) -> None:
    await tell(database, told(1, birthday="1990-04-19"))
    await run(database, GREETING, at("2027-04-18T00:00"))
    await answer(database)
    await tell(database, told(2, birthday="1990-05-20", zone="Europe/Paris"))
    await run(database, GREETING)
    assert await rows(database) == [("birthday:2027", at("2027-04-19T02:00"), False)]
    assert await rows(database, "id", "decision") == []


async def test_a_row_that_is_due_belongs_to_the_arbiter(database: Database) -> None:
    await tell(database, told(1, birthday="1990-04-19"))
    await run(database, GREETING, at("2027-04-18T00:00"))
    await tell(database, told(2, birthday=None))
    await run(database, GREETING, at("2027-04-19T02:00"))
    assert await rows(database) == [("birthday:2027", at("2027-04-19T02:00"), True)]


async def test_a_row_without_its_reason_ends_with_a_decision_and_comes_back_with_it(database: Database) -> None:
    await tell(database, told(1, birthday="1990-05-04"))
    await run(database, GREETING)
    await tell(database, told(2, birthday=None))
    await run(database, GREETING)
    assert await rows(database) == [("birthday:2027", at("2027-05-04T02:00"), False)]
    decided = await rows(database, "playbook, purpose, kind, decision, reason, at", "decision")
    assert decided == [("greeting", "care", "message", "skip", "stopped", NOW)]
    await tell(database, told(3, birthday="1990-05-06"))
    await run(database, GREETING)
    assert await rows(database) == [("birthday:2027", at("2027-05-06T02:00"), True)]
    await run(database, plan_of())  # nothing but a new document or day makes a pass: the row stays
    assert await rows(database) == [("birthday:2027", at("2027-05-06T02:00"), True)]
    await run(database, plan_of(), NOW + timedelta(days=1))  # the playbook is gone
    assert await rows(database) == [("birthday:2027", at("2027-05-06T02:00"), False)]


async def test_a_birthday_told_on_its_day_is_due_at_once_and_a_past_one_is_not_planned(database: Database) -> None:
    await tell(database, told(1, "c-late", birthday="1990-04-20"), told(1, "c-past", birthday="1990-04-18"))
    await run(database, GREETING, at("2027-04-20T05:00"))
    assert await rows(database, "customer, due_at, decide_at") == [
        ("c-late", at("2027-04-20T02:00"), at("2027-04-20T02:00"))
    ]


async def test_a_contact_ends_the_planned_one_and_plans_the_next(database: Database) -> None:
    plan = plan_of(playbook("return_visit", CALLS))
    called = interaction(1, "call.made", "c-1")
    async with database.transaction() as connection:
        await connection.execute(
            text("INSERT INTO heard VALUES ('c-1', 'call.made', :at, :at)"), {"at": at("2027-04-01T00:00")}
        )
    await tell(database, evaluated(1, "c-1", as_of=NOW.date(), tier="intimate"), called)
    await run(database, plan)
    assert await rows(database) == [("2027-04-01+30", at("2027-05-01T02:00"), True)]
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE heard SET last_at = :at"), {"at": at("2027-04-19T10:00")})
    await tell(database, called)
    await run(database, plan)
    assert await rows(database) == [
        ("2027-04-01+30", at("2027-05-01T02:00"), False),
        ("2027-04-19+30", at("2027-05-19T02:00"), True),
    ]
    assert await rows(database, "reason", "decision") == [("stopped",)]


async def test_after_a_merge_one_row_stays_and_what_an_alias_was_answered_is_not_asked_again(
    database: Database,
) -> None:
    await tell(database, told(1, "c-alias", birthday="1990-05-04"), told(1, "c-customer", birthday="1990-05-04"))
    await run(database, GREETING)
    await tell(database, *identity_fact(5, "customer.merged", "c-alias", "c-customer"))
    await run(database, GREETING)
    kept = await rows(database, "customer, decide_at IS NOT NULL")
    assert kept == [("c-alias", True), ("c-customer", False)]
    await answer(database)
    await tell(database, told(9, "c-customer", birthday="1990-05-10"))
    await run(database, GREETING, at("2027-05-05T00:00"))
    assert await rows(database, "customer, decide_at IS NOT NULL") == [("c-alias", False), ("c-customer", False)]
    await tell(database, *identity_fact(12, "customer.unmerged", "c-alias", "c-customer"))
    await run(database, GREETING, at("2027-05-05T00:00"))
    assert await rows(database, "customer, due_at, decide_at IS NOT NULL") == [
        ("c-alias", at("2027-05-04T02:00"), False),
        ("c-customer", at("2027-05-10T02:00"), True),
    ]


async def test_one_transaction_plans_at_a_time(database: Database) -> None:
    await tell(database, told(1, birthday="1990-05-04"))

    async def find(name: str, version: int) -> Playbook | None:
        return None

    async with database.transaction() as first, database.transaction() as second:
        assert await plan_page(first, plan=GREETING, find=find, now=NOW)
        assert not await plan_page(second, plan=GREETING, find=find, now=NOW)
    assert len(await rows(database)) == 1


async def test_a_pass_goes_on_where_it_stopped_and_plans_everybody_once_a_day(database: Database) -> None:
    people = [told(1, f"c-{number:04}", birthday=f"1990-05-{number % 28 + 1:02}") for number in range(2500)]
    async with database.transaction() as connection:
        await handle(connection, received(people))
    await run(database, GREETING)
    assert len(await rows(database)) == 2500
    assert await rows_of_pass(database) == [(NOW.astimezone(SHANGHAI).date(), None)]


async def rows_of_pass(database: Database) -> Sequence[Any]:
    async with database.transaction() as connection:
        return [tuple(row) for row in await connection.execute(text("SELECT day, after FROM planning"))]
