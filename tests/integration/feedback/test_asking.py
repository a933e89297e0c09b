"""Who is asked, when, and why not? From the events of the log to the invitations in the outbox."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.feedback_app import feedback_settings, meet, outbox, rows
from tests.support.mirror import evaluated, identity_fact, received

from common.database import Database, open_database
from common.events import Event
from feedback.app import make_survey_desk
from feedback.consumers.mirror import make_handle
from feedback.store.requests import expire_requests
from feedback.store.waves import customers_after
from feedback.usecases.ask_due import ask_due
from feedback.usecases.plan_reask import drop_reask, plan_reask
from feedback.usecases.plan_waves import plan_waves
from feedback.usecases.survey_desk import SurveyDesk
from feedback.usecases.write_survey import change_survey

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Row = dict[str, Any]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> SurveyDesk:
    return make_survey_desk(feedback_settings(database, tmp_path))


def told(id_: str, type_: str, customer: str, *, ago: timedelta, source: str = "shop", **data: object) -> Event:
    return Event(id=id_, source=source, type=type_, subject=customer, time=NOW - ago, data=data)


def care(type_: str, request_id: str, at: datetime, **data: object) -> Event:
    action = {"action_id": f"act_{request_id}", "purpose": "research", "kind": "survey_request"}
    facts = action | {"request_id": request_id} | data
    return Event(id=f"{type_}:{request_id}", source="guanxi.engagement", type=type_, subject="c-1", time=at, data=facts)


def sent(request_id: str, at: datetime) -> Event:
    return care("care.sent", request_id, at, channel="email", personal=False, template="survey")


async def hear(database: Database, desk: SurveyDesk, *events: Event) -> None:
    async with database.transaction() as connection:
        await make_handle(desk)(connection, received(events))


async def ask_at(database: Database, desk: SurveyDesk, now: datetime) -> int:
    async with database.transaction() as connection:
        return await ask_due(connection, desk=desk, now=now)


async def requests(database: Database) -> list[Row]:
    return await rows(database, "SELECT * FROM request ORDER BY number")


def states(found: list[Row]) -> list[tuple[str, str, str | None]]:
    return [(row["survey"], row["state"], row["reason"]) for row in found]


@pytest.mark.parametrize(
    ("type_", "survey", "delay", "touchpoint"),
    [
        ("order.delivered", "csat_delivery", 2 * DAY, "delivery"),
        ("visit.made", "csat_store_visit", DAY, "store"),
        ("ticket.resolved", "ces_ticket", 2 * HOUR, "after_sales"),
        ("return.completed", "ces_return", DAY, "returns"),
        ("membership.ended", "exit", DAY, "membership"),
    ],
)
async def test_an_event_asks_once_after_its_delay(
    database: Database, desk: SurveyDesk, type_: str, survey: str, delay: timedelta, touchpoint: str
) -> None:
    await meet(database, "c-1", days_ago=60, now=NOW)
    event = told("e-1", type_, "c-1", ago=timedelta(), touchpoint="membership")
    await hear(database, desk, event)
    await hear(database, desk, event)
    assert await ask_at(database, desk, NOW + delay - timedelta(seconds=1)) == 0
    assert await ask_at(database, desk, NOW + delay) == 1
    assert await ask_at(database, desk, NOW + delay + DAY) == 0
    (request,) = await requests(database)
    assert (request["survey"], request["state"], request["touchpoint"]) == (survey, "wanted", touchpoint)
    (wanted,) = await outbox(database)
    assert wanted.data["request_id"] == request["request_id"]
    assert datetime.fromisoformat(wanted.data["expires_at"]) == NOW + delay + 30 * DAY


@pytest.mark.parametrize(("cause", "asked"), [("event", 1), ("time", 1), ("late", 0), ("policy", 0)])
async def test_who_becomes_lost_is_asked_why_unless_an_import_says_so(
    database: Database, desk: SurveyDesk, cause: str, asked: int
) -> None:
    event = evaluated(1, "c-1", as_of=NOW.date())
    change = {"dimension": "status", "from": "dormant", "to": "lost"}
    lost = Event(
        id=event.id,
        source=event.source,
        type=event.type,
        subject="c-1",
        time=NOW,
        data=event.data | {"cause": cause, "changes": [change]},
    )
    forged = Event(id="x", source="shop", type=event.type, subject="c-1", time=NOW, data=lost.data)
    await hear(database, desk, lost, forged)
    assert [row["survey"] for row in await requests(database)] == ["exit"] * asked


async def test_an_import_of_a_years_history_asks_nobody(database: Database, desk: SurveyDesk) -> None:
    history = [
        told(f"e-{days}", "order.delivered", f"c-{days % 7}", ago=timedelta(days=days), order_id=str(days))
        for days in range(7, 365)
    ]
    await hear(database, desk, *history)
    assert await requests(database) == []
    await hear(database, desk, told("young", "order.delivered", "c-1", ago=7 * DAY - HOUR))
    assert len(await requests(database)) == 1


async def test_the_throttle_skips_with_a_reason_and_does_not_queue(database: Database, desk: SurveyDesk) -> None:
    await meet(database, "c-1", days_ago=60, now=NOW)
    await meet(database, "c-new", days_ago=10, now=NOW)
    await hear(
        database,
        desk,
        told("t-1", "ticket.resolved", "c-1", ago=timedelta()),
        told("o-1", "order.delivered", "c-1", ago=timedelta()),
        told("t-2", "ticket.resolved", "c-new", ago=timedelta()),
    )
    await ask_at(database, desk, NOW + 3 * DAY)
    assert states(await requests(database)) == [
        ("ces_ticket", "wanted", None),
        ("csat_delivery", "skipped", "any_30d"),
        ("ces_ticket", "skipped", "too_new"),
    ]
    assert await ask_at(database, desk, NOW + 90 * DAY) == 0
    assert len(await outbox(database)) == 1


async def test_a_merged_customer_is_one_person(database: Database, desk: SurveyDesk) -> None:
    await meet(database, "c-1", days_ago=60, now=NOW)
    await hear(
        database,
        desk,
        *identity_fact(1, "identity.linked", "c-alias", "c-1"),
        told("t-1", "ticket.resolved", "c-alias", ago=timedelta()),
        told("t-2", "ticket.resolved", "c-1", ago=-timedelta(seconds=1)),
    )
    await ask_at(database, desk, NOW + DAY)
    assert [row["state"] for row in await requests(database)] == ["wanted", "skipped"]
    (wanted,) = await outbox(database)
    assert wanted.subject == "c-1"


async def test_an_unsent_ask_does_not_count(database: Database, desk: SurveyDesk) -> None:
    await meet(database, "c-1", days_ago=60, now=NOW)
    await hear(database, desk, told("t-1", "ticket.resolved", "c-1", ago=timedelta()))
    await ask_at(database, desk, NOW + 2 * HOUR)
    (first,) = await requests(database)
    refusal = care(
        "care.decided", first["request_id"], NOW + 3 * HOUR, occasion="o", decision="skip", reason="no_consent"
    )
    await hear(database, desk, refusal, told("t-2", "ticket.resolved", "c-1", ago=timedelta()))
    await ask_at(database, desk, NOW + 4 * HOUR)
    assert states(await requests(database)) == [
        ("ces_ticket", "not_sent", "no_consent"),
        ("ces_ticket", "wanted", None),
    ]


@pytest.mark.parametrize("late", [False, True])
async def test_care_tells_what_became_of_an_ask_in_any_order(database: Database, desk: SurveyDesk, late: bool) -> None:
    await meet(database, "c-1", days_ago=60, now=NOW)
    await hear(database, desk, told("t-1", "ticket.resolved", "c-1", ago=timedelta()))
    await ask_at(database, desk, NOW + 2 * HOUR)
    id_ = (await requests(database))[0]["request_id"]
    at = NOW + 3 * HOUR
    decided = care("care.decided", id_, at - HOUR, occasion="o", decision="send")
    click = told("k-1", "message.clicked", "c-1", ago=-4 * HOUR, action_id=f"act_{id_}", channel="email")
    forged = Event(id="f", source="shop", type="care.failed", subject="c-1", time=at, data=sent(id_, at).data)
    events = [decided, sent(id_, at), click, forged]
    for event in [decided, *reversed(events)] if late else events:
        await hear(database, desk, event)
    request = (await requests(database))[0]
    assert (request["state"], request["sent_at"], request["opened_at"]) == ("sent", at, NOW + 4 * HOUR)


async def sent_ask(database: Database, desk: SurveyDesk) -> str:
    await meet(database, "c-1", days_ago=60, now=NOW)
    await hear(database, desk, told("t-1", "ticket.resolved", "c-1", ago=timedelta()))
    await ask_at(database, desk, NOW + 2 * HOUR)
    request_id: str = (await requests(database))[0]["request_id"]
    for _ in range(2):
        await hear(database, desk, sent(request_id, NOW + 3 * HOUR))
    return request_id


async def test_one_reminder_goes_out_after_five_days_with_the_same_link(database: Database, desk: SurveyDesk) -> None:
    original = await sent_ask(database, desk)
    due = NOW + 3 * HOUR + 5 * DAY
    assert await ask_at(database, desk, due - timedelta(seconds=1)) == 0
    assert await ask_at(database, desk, due) == 1
    first, reminder = await outbox(database)
    assert (reminder.data["reminder"], first.data["reminder"]) == (True, False)
    assert reminder.data["url"] == first.data["url"]
    assert reminder.data["expires_at"] == first.data["expires_at"]
    assert reminder.data["request_id"] != original
    await hear(database, desk, sent(reminder.data["request_id"], due + HOUR))
    assert await ask_at(database, desk, due + 20 * DAY) == 0


async def test_nobody_is_reminded_after_an_answer_or_the_close(database: Database, desk: SurveyDesk) -> None:
    original = await sent_ask(database, desk)
    async with database.transaction() as connection:
        await expire_requests(connection, now=NOW + 31 * DAY, limit=10)
    await ask_at(database, desk, NOW + 31 * DAY)
    assert states(await requests(database)) == [("ces_ticket", "expired", None), ("ces_ticket", "skipped", "closed")]
    assert original == (await requests(database))[1]["reminder_of"]
    assert len(await outbox(database)) == 1


async def test_a_wave_asks_those_known_for_21_days_once_when_it_opens(database: Database, desk: SurveyDesk) -> None:
    opening = datetime(2027, 1, 1, tzinfo=desk.zone)
    for customer, days in (("c-old", 21), ("c-new", 20), ("c-busy", 300)):
        await meet(database, customer, days_ago=days, now=opening + HOUR)
    for day in range(8):
        async with database.transaction() as connection:
            await plan_waves(connection, desk=desk, now=opening + HOUR + day * DAY)
        await ask_at(database, desk, opening + HOUR + day * DAY)
    assert [(row["customer"], row["wave"], row["state"]) for row in await requests(database)] == [
        ("c-busy", "2027-Q1", "wanted"),
        ("c-old", "2027-Q1", "wanted"),
    ]
    async with database.transaction() as connection:
        await plan_waves(connection, desk=desk, now=datetime(2027, 4, 1, 1, tzinfo=desk.zone))
    await ask_at(database, desk, datetime(2027, 4, 1, 1, tzinfo=desk.zone))
    assert [row["state"] for row in await requests(database) if row["wave"] == "2027-Q2"] == ["wanted"] * 3


async def test_a_wave_is_planned_page_by_page_and_a_merged_customer_once(database: Database, desk: SurveyDesk) -> None:
    for number in range(9):
        await meet(database, f"c-{number}", days_ago=60, now=NOW)
    await hear(
        database,
        desk,
        *identity_fact(1, "customer.merged", "c-3", "c-5"),
        *identity_fact(2, "identity.linked", "c-4", "c-only-by-alias"),
    )
    pages: list[list[str]] = [[""]]
    async with database.transaction() as connection:
        while pages[-1]:
            after = pages[-1][-1]
            pages.append(await customers_after(connection, after, met_before=NOW - 21 * DAY, limit=3))
    assert [len(page) for page in pages[1:]] == [3, 3, 2, 0]
    assert [customer for page in pages[1:] for customer in page] == [
        "c-0",
        "c-1",
        "c-2",
        "c-5",
        "c-6",
        "c-7",
        "c-8",
        "c-only-by-alias",
    ]


async def test_a_deployment_that_starts_in_the_middle_of_a_wave_asks_with_the_next_one(
    database: Database, desk: SurveyDesk
) -> None:
    middle = datetime(2026, 11, 24, tzinfo=desk.zone)
    await meet(database, "c-1", days_ago=300, now=middle)
    async with database.transaction() as connection:
        assert await plan_waves(connection, desk=desk, now=middle) == 0
    assert await rows(database, "SELECT survey, name, asks FROM wave") == [
        {"survey": "nps_relationship", "name": "2026-Q4", "asks": False}
    ]


@pytest.mark.parametrize(
    ("day", "reopened", "state"),
    [(6, False, "planned"), (7, False, "wanted"), (20, False, "wanted"), (21, False, "skipped"), (7, True, "skipped")],
)
async def test_a_recovered_detractor_is_asked_again_once(
    database: Database, desk: SurveyDesk, day: int, reopened: bool, state: str
) -> None:
    rating = {"kind": "csat", "value": 1, "min": 1, "max": 5}
    await hear(database, desk, told("a-1", "survey.answered", "c-1", ago=HOUR, rating=rating, survey="csat_delivery"))
    for _ in range(2):
        async with database.transaction() as connection:
            await plan_reask(connection, case_id="case_1", answer_id="ans_1", closed_at=NOW)
    if reopened:
        async with database.transaction() as connection:
            await drop_reask(connection, "case_1")
    await ask_at(database, desk, NOW + day * DAY)
    (request,) = await requests(database)
    assert (request["survey"], request["state"], request["wave"]) == ("csat_delivery", state, None)
    if state == "wanted":
        (wanted,) = await outbox(database, "survey.invitation_wanted")
        assert (wanted.data["throttle_exempt"], wanted.data["case_id"]) == (True, "case_1")
        assert datetime.fromisoformat(wanted.data["expires_at"]) == NOW + 21 * DAY
        await hear(database, desk, sent(request["request_id"], NOW + day * DAY))
        assert [row["state"] for row in await requests(database)] == ["sent"], "and no reminder"


async def test_a_case_that_was_reopened_and_resolved_again_asks_once_again(
    database: Database, desk: SurveyDesk
) -> None:
    rating = {"kind": "csat", "value": 1, "min": 1, "max": 5}
    await hear(database, desk, told("a-1", "survey.answered", "c-1", ago=HOUR, rating=rating, survey="csat_delivery"))
    for day in (0, 3, 15):
        async with database.transaction() as connection:
            await drop_reask(connection, "case_1")
            await plan_reask(connection, case_id="case_1", answer_id="ans_1", closed_at=NOW + day * DAY)
        await ask_at(database, desk, NOW + (day + 6) * DAY)
        await ask_at(database, desk, NOW + (day + 7) * DAY if day else NOW)
    assert [(row["state"], row["reason"]) for row in await requests(database)] == [
        ("skipped", "case_reopened"),
        ("wanted", None),
    ]


async def test_a_survey_that_was_switched_off_reminds_nobody(database: Database, desk: SurveyDesk) -> None:
    await sent_ask(database, desk)
    async with database.transaction() as connection:
        await change_survey(connection, "ces_ticket", {"enabled": False}, seen=None, author="clerk")
    assert await ask_at(database, desk, NOW + 6 * DAY) == 1
    assert [row["reason"] for row in await requests(database)] == [None, "survey_off"]


async def test_four_workers_ask_each_person_once(database: Database, desk: SurveyDesk) -> None:
    people = 60
    for number in range(people):
        await meet(database, f"c-{number}", days_ago=60, now=NOW)
    for again in range(5):
        await hear(
            database,
            desk,
            *(
                told(f"t-{again}-{number}", "ticket.resolved", f"c-{number}", ago=timedelta(seconds=again))
                for number in range(people)
            ),
        )
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    workers = [open_database(url, application=f"worker-{number}") for number in range(4)]
    try:
        await asyncio.gather(*(ask_at(worker, desk, NOW + DAY) for worker in workers for _ in range(2)))
    finally:
        for worker in workers:
            await worker.close()
    wanted = await outbox(database)
    assert len(wanted) == len({event.subject for event in wanted}) == people
    counted = await rows(database, "SELECT state, count(*) AS n FROM request GROUP BY state ORDER BY state")
    assert counted == [{"state": "skipped", "n": 4 * people}, {"state": "wanted", "n": people}]
