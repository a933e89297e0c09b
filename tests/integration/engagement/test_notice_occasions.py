"""Which rows does the consumer leave? Each occasion once, nothing for the past, and the facts that rules ask for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from tests.support.mirror import apply, dump, evaluated, received

from common.database import Database
from common.events import Event
from engagement.consumers.events import EventHandler
from engagement.usecases.current_policies import Policies

ZONE = ZoneInfo("Asia/Shanghai")
TABLES = ("occasion", "heard", "shown_before", "care_case")
handle = EventHandler(Policies(), ZONE).handle


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def event(
    type_: str, ago: timedelta, *, id_: str = "e-1", source: str = "shop", customer: str = "c-1", **data: Any
) -> Event:
    return Event(id=id_, source=source, type=type_, subject=customer, time=now() - ago, data=dict(data))


def card(
    number: int,
    change: tuple[str, Any, Any] | None,
    *,
    ago: timedelta = timedelta(),
    cause: str = "event",
    **card: Any,
) -> Event:
    """A relationship.changed, or without a change a relationship.scored, told so long ago."""
    told = evaluated(number, "c-1", as_of=(now() - ago).astimezone(ZONE).date(), **card)
    changes = [] if change is None else [dict(zip(("dimension", "from", "to"), change, strict=True))]
    type_ = "relationship.changed" if changes else "relationship.scored"
    data = told.data | {"cause": cause, "changes": changes}
    return Event(id=told.id, source=told.source, type=type_, subject="c-1", time=now() - ago, data=data)


async def tell(database: Database, *events: Event) -> None:
    await apply(database, handle, received(events))


async def noticed(database: Database, customer: str = "c-1") -> list[tuple[str, int, str]]:
    async with database.transaction() as connection:
        rows = await connection.execute(
            text("SELECT playbook, step, key FROM occasion WHERE customer = :customer ORDER BY playbook, step, key"),
            {"customer": customer},
        )
        return [tuple(row) for row in rows]


ORDER: dict[str, Any] = {"amount_minor": 100, "currency": "CNY", "order_id": "o-1"}
CASE: dict[str, Any] = {"case_id": "case_3", "cause": "complaint", "severity": "normal"}
OPENED: dict[str, Any] = CASE | {
    "signal": {"source": "shop", "id": "x"},
    "contact_due_at": "2026-11-30T00:00:00Z",
    "reopened": False,
}
CLOSED: dict[str, Any] = CASE | {"resolution": "resolved", "within_clock": True, "promise_kept": True}
DORMANT = ("status", "active", "dormant")


async def test_an_event_told_twice_makes_one_occasion(database: Database) -> None:
    await tell(database, event("order.completed", timedelta(), **ORDER))
    once = await dump(database, TABLES)
    await tell(database, event("order.completed", timedelta(), **ORDER), event("order.completed", timedelta(), **ORDER))
    assert await noticed(database) == [("thanks_first_order", 0, "shop/e-1")]
    assert len((await dump(database, TABLES))["occasion"]) == len(once["occasion"]) == 1


@pytest.mark.parametrize(
    ("ago", "stored"),
    [
        (timedelta(days=1), True),
        (timedelta(days=2, seconds=-30), True),
        (timedelta(days=2), False),
        (timedelta(days=3), False),
    ],
)
async def test_an_occasion_older_than_its_validity_is_not_stored(
    database: Database, ago: timedelta, stored: bool
) -> None:
    await tell(database, event("order.completed", ago, **ORDER))
    assert bool(await noticed(database)) is stored


async def test_a_late_event_is_still_heard(database: Database) -> None:
    await tell(database, event("order.completed", timedelta(hours=1), id_="new", **ORDER))
    await tell(database, event("order.completed", timedelta(days=400), id_="old", **ORDER))
    async with database.transaction() as connection:
        heard = (
            await connection.execute(text("SELECT first_at, last_at FROM heard WHERE what = 'order.completed'"))
        ).one()
    assert heard.last_at - heard.first_at == pytest.approx(timedelta(days=400, hours=-1), abs=timedelta(seconds=5))
    assert [key for _, _, key in await noticed(database)] == ["shop/new"]


async def test_an_event_dated_ahead_happened_when_it_was_recorded(database: Database) -> None:
    recorded = now()
    angry = event("complaint.made", timedelta(days=-3650), id_="c-1", complaint_id="7")
    order = event("order.completed", timedelta(days=-3650), id_="o-1", **ORDER)
    await tell(database, replace(angry, recordedtime=recorded), replace(order, recordedtime=recorded))
    async with database.transaction() as connection:
        heard = (await connection.execute(text("SELECT last_at FROM heard"))).scalars().all()
        ats = (await connection.execute(text("SELECT at FROM occasion"))).scalars().all()
    assert set(heard) == set(ats) == {recorded}


@pytest.mark.parametrize(
    ("cause", "steps"), [("event", [0, 1]), ("time", [0, 1]), ("late", []), ("policy", []), ("merge", [])]
)
async def test_a_transition_fires_for_its_causes_only(database: Database, cause: str, steps: list[int]) -> None:
    await tell(database, card(1, DORMANT, cause=cause))
    assert [step for name, step, _ in await noticed(database) if name == "win_back_high_value"] == steps


async def test_a_later_step_is_due_after_the_first(database: Database) -> None:
    await tell(database, card(1, DORMANT))
    async with database.transaction() as connection:
        rows = (
            await connection.execute(text("SELECT due_at - at, valid_until - due_at FROM occasion ORDER BY step"))
        ).all()
    week = timedelta(days=7)
    assert [tuple(row) for row in rows] == [(timedelta(), week), (timedelta(days=5), week)]


async def test_what_time_alone_changed_happened_as_the_day_began(database: Database) -> None:
    await tell(database, card(1, DORMANT, cause="time"))
    async with database.transaction() as connection:
        at = (await connection.execute(text("SELECT DISTINCT at FROM occasion"))).scalar_one()
    assert at == datetime.combine(now().astimezone(ZONE).date(), datetime.min.time(), ZONE)


async def test_what_a_dimension_was_is_remembered_with_its_last_day(database: Database) -> None:
    change = ("segment", "high_value", "churned")
    await tell(database, card(2, change), card(1, change, ago=timedelta(days=30)))
    async with database.transaction() as connection:
        rows = (await connection.execute(text("SELECT dimension, value, until_on FROM shown_before"))).all()
    assert [tuple(row) for row in rows] == [("segment", "high_value", now().astimezone(ZONE).date())]


FALL: dict[str, Any] = {"key_account": True}


@pytest.mark.parametrize(
    ("before", "after", "fires"),
    [
        (55.0, 49.0, True),
        (50.0, 49.9, True),
        (49.0, 40.0, False),
        (60.0, 50.0, False),
        (None, 40.0, False),
        (60.0, None, False),
    ],
)
async def test_key_account_care_answers_a_health_that_falls_below_its_mark(
    database: Database, before: float | None, after: float | None, fires: bool
) -> None:
    first, second = (card(n, None, care={"health": health}, **FALL) for n, health in ((1, before), (2, after)))
    await tell(database, first)
    await tell(database, second)
    await tell(database, second)
    assert [name for name, _, _ in await noticed(database)] == ["key_account_care"] * fires


@pytest.mark.parametrize(
    ("change", "fires"),
    [(("low", "medium"), True), (("medium", "high"), True), (("high", "medium"), False), ((None, "high"), False)],
)
async def test_key_account_care_answers_a_worse_band_only(
    database: Database, change: tuple[str | None, str], fires: bool
) -> None:
    await tell(database, card(1, ("churn_band", *change)))
    assert [name for name, _, _ in await noticed(database)] == ["key_account_care"] * fires


async def test_a_complaint_and_its_case_call_for_one_recovery(database: Database) -> None:
    await tell(
        database,
        event("complaint.made", timedelta(), id_="complaint", complaint_id="x"),
        event("case.opened", timedelta(), id_="case_3:opened", source="guanxi.feedback", **OPENED),
    )
    assert await noticed(database) == [("complaint_recovery", 0, "guanxi.feedback/case_3:opened")]


async def test_a_producer_can_open_no_case_and_send_no_invitation(database: Database) -> None:
    await tell(
        database,
        event("case.opened", timedelta(), id_="1", **OPENED),
        event("survey.invitation_wanted", timedelta(), id_="2", request_id="r"),
    )
    assert await noticed(database) == []
    assert (await dump(database, ["care_case"]))["care_case"] == []


@pytest.mark.parametrize("closed_first", [True, False])
async def test_a_case_is_closed_whichever_word_came_first(database: Database, closed_first: bool) -> None:
    opened = event("case.opened", timedelta(hours=2), id_="case_3:opened", source="guanxi.feedback", **OPENED)
    closed = event("case.closed", timedelta(hours=1), id_="case_3:closed", source="guanxi.feedback", **CLOSED)
    for one in (closed, opened) if closed_first else (opened, closed):
        await tell(database, one)
    async with database.transaction() as connection:
        rows = (await connection.execute(text("SELECT closed_at, resolution FROM care_case"))).all()
    assert [tuple(row) for row in rows] == [(closed.time, "resolved")]


def rating(value: float, **of: Any) -> dict[str, Any]:
    return {"rating": {"kind": "nps", "min": 0, "max": 10, "value": value} | of}


@pytest.mark.parametrize(
    ("data", "playbooks", "detractor"),
    [
        (rating(10), ["promoter_thanks"], False),
        (rating(9), ["promoter_thanks"], False),
        (rating(8), [], False),
        (rating(7), [], False),
        (rating(6), [], True),
        (rating(5, kind="csat", min=1, max=5), [], False),
        ({}, [], False),
    ],
)
async def test_promoters_are_thanked_and_detractors_remembered(
    database: Database, data: dict[str, Any], playbooks: list[str], detractor: bool
) -> None:
    await tell(database, event("survey.answered", timedelta(), source="guanxi.feedback", **data))
    assert [name for name, _, _ in await noticed(database)] == playbooks
    heard = (await dump(database, ["heard"]))["heard"]
    assert any("detractor" in row for row in heard) is detractor


async def test_an_invitation_carries_its_request_and_link(database: Database) -> None:
    wanted: dict[str, Any] = {
        "request_id": "req_9",
        "url": "https://x.example/s/t",
        "throttle_exempt": True,
        "survey": "nps",
    }
    await tell(database, event("survey.invitation_wanted", timedelta(), source="guanxi.feedback", **wanted))
    async with database.transaction() as connection:
        facts = (await connection.execute(text("SELECT facts FROM occasion"))).scalar_one()
    assert facts["request_id"] == "req_9"
    assert facts["data"]["url"] == "https://x.example/s/t"
    assert facts["event"] == {"source": "guanxi.feedback", "id": "e-1", "type": "survey.invitation_wanted"}


async def test_a_year_of_history_starts_nothing(database: Database) -> None:
    history: list[Event] = []
    for day in range(4, 366, 7):
        ago = timedelta(days=day)
        history.append(event("order.completed", ago, id_=f"o-{day}", **ORDER))
        history.append(event("order.delivered", ago, id_=f"d-{day}", order_id="o"))
        history.append(event("survey.answered", ago, id_=f"s-{day}", **rating(10)))
        history.append(card(day, DORMANT, cause="late"))
    await tell(database, *history)
    assert await noticed(database) == []
