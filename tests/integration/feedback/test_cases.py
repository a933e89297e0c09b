"""Does a complaint become a case that somebody must answer in time, once, whatever is repeated or late?"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from tests.support.mirror import evaluated, identity_fact, received

from common.database import Database
from common.events import Event
from feedback.consumers.mirror import handle as mirror
from feedback.domain.case_policy import CasePolicy
from feedback.jobs.case_clocks import watch_case_clocks
from feedback.store.text_seal import TextSeal
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.hear_case_events import hear_case_events

DESK = CaseDesk(zone=ZoneInfo("Asia/Shanghai"), partitions=6, policy=CasePolicy(), seal=TextSeal(["t" * 64]))
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""10:00 in Shanghai, at the beginning of a week without holidays."""


def complaint(number: int, customer: str = "c-1", *, at: datetime = MONDAY, **data: Any) -> Event:
    return Event(
        id=f"complaint-{number}",
        source="shop",
        type="complaint.made",
        subject=customer,
        time=at,
        data={"complaint_id": f"k-{number}"} | data,
    )


def resolved(number: int, customer: str = "c-1", *, at: datetime = MONDAY, **data: Any) -> Event:
    return Event(
        id=f"resolved-{number}",
        source="shop",
        type="complaint.resolved",
        subject=customer,
        time=at,
        data={"complaint_id": f"k-{number}"} | data,
    )


def task_done(case_id: str, *, at: datetime, outcome: str = "reached", source: str = "guanxi.engagement") -> Event:
    data = {
        "action_id": "act_9", "purpose": "service", "kind": "task", "case_id": case_id, "task_id": "task_5",
        "task_kind": "call", "role": "service", "due_at": at.isoformat(), "outcome": outcome,
    }  # fmt: skip
    return Event(id=f"task_5:done:{at}", source=source, type="task.done", subject="c-1", time=at, data=data)


async def tell(database: Database, *events: Event, now: datetime = MONDAY) -> None:
    async with database.transaction() as connection:
        await mirror(connection, received(events))
        await hear_case_events(connection, events, desk=DESK, now=now)


async def rows(database: Database, query: str) -> Sequence[Any]:
    async with database.transaction() as connection:
        return (await connection.execute(text(query))).all()


async def published(database: Database) -> list[dict[str, Any]]:
    found = await rows(database, "SELECT value FROM outbox ORDER BY id")
    return [json.loads(value) for (value,) in found]


async def test_a_complaint_opens_a_case_that_says_until_when_to_call(database: Database) -> None:
    await tell(database, complaint(1, touchpoint="delivery"))
    (event,) = await published(database)
    assert (event["id"], event["type"], event["subject"]) == ("case_1:opened", "case.opened", "c-1")
    assert event["data"] == {
        "case_id": "case_1",
        "cause": "complaint",
        "severity": "normal",
        "touchpoint": "delivery",
        "owner": "queue:delivery",
        "signal": {"source": "shop", "id": "complaint-1"},
        "contact_due_at": "2026-11-25T02:00:00Z",
        "reopened": False,
    }
    assert await rows(database, "SELECT kind, key, due_at FROM timer") == [
        ("case_overdue", "case_1:1", MONDAY + timedelta(hours=48))
    ]


async def test_told_twice_it_is_one_case(database: Database) -> None:
    await tell(database, complaint(1), complaint(1))
    await tell(database, complaint(1), now=MONDAY + timedelta(days=1))
    assert len(await published(database)) == 1
    assert await rows(database, "SELECT count(*) FROM case_signal") == [(1,)]


async def test_told_seven_days_late_it_still_opens_a_case_and_later_none(database: Database) -> None:
    await tell(database, complaint(1, "c-1", at=MONDAY - timedelta(days=7)))
    await tell(database, complaint(2, "c-2", at=MONDAY - timedelta(days=7, seconds=1)))
    assert [event["subject"] for event in await published(database)] == ["c-1"]


@pytest.mark.parametrize(("stars", "cases"), [(1, 1), (2, 1), (3, 0)])
async def test_a_review_of_two_stars_or_fewer_opens_a_case(database: Database, stars: int, cases: int) -> None:
    rating = {"kind": "stars", "value": stars, "min": 1, "max": 5}
    await tell(database, Event(id="r", source="shop", type="review.posted", subject="c-1", time=MONDAY,
                               data={"rating": rating, "order_id": "7"}))  # fmt: skip
    assert await rows(database, "SELECT cause, about FROM customer_case") == [("review", "order:7")] * cases


async def test_causes_of_one_matter_go_to_one_case_and_other_matters_to_others(database: Database) -> None:
    await tell(database, complaint(1, touchpoint="delivery"), complaint(2, touchpoint="delivery", order_id="7"))
    await tell(database, complaint(3, order_id="7"), complaint(4, ticket_id="9"), complaint(5))
    assert await rows(database, "SELECT about FROM customer_case ORDER BY number") == [
        ("touchpoint:delivery",),
        ("order:7",),
        ("ticket:9",),
        ("general",),
    ]
    assert await rows(database, "SELECT count(*) FROM case_signal WHERE case_number = 1") == [(2,)]
    assert len(await published(database)) == 4


async def test_an_alias_and_its_customer_have_one_case(database: Database) -> None:
    await tell(database, *identity_fact(0, "identity.linked", "c-alias", "c-1"))
    await tell(database, complaint(1, "c-alias"))
    await tell(database, complaint(2, "c-1"))
    assert await rows(database, "SELECT customer FROM customer_case") == [("c-alias",)]


async def test_a_key_account_is_called_within_a_day_and_a_severe_complaint_within_four_hours(
    database: Database,
) -> None:
    await tell(database, evaluated(1, "c-1", as_of=MONDAY.date(), key_account=True))
    await tell(database, complaint(1, "c-1"), complaint(2, "c-2"), complaint(3, "c-3", severe=True))
    due = await rows(database, "SELECT customer, contact_due_at FROM customer_case ORDER BY customer")
    assert [(customer, (at - MONDAY) / timedelta(hours=1)) for customer, at in due] == [
        ("c-1", 24),
        ("c-2", 48),
        ("c-3", 4),
    ]


async def test_a_severe_complaint_hurries_a_case_that_is_open(database: Database) -> None:
    await tell(database, complaint(1))
    await tell(database, complaint(2, severe=True), now=MONDAY + timedelta(hours=1))
    assert await rows(database, "SELECT severity, contact_due_at FROM customer_case") == [
        ("severe", MONDAY + timedelta(hours=5))
    ]
    assert await rows(database, "SELECT due_at FROM timer") == [(MONDAY + timedelta(hours=5),)]


async def test_a_resolved_complaint_closes_its_case_without_a_promise_of_ours(database: Database) -> None:
    await tell(database, complaint(1))
    done = resolved(1, at=MONDAY + timedelta(hours=2))
    await tell(database, done, done, now=MONDAY + timedelta(hours=3))
    await tell(database, done, now=MONDAY + timedelta(hours=4))
    _, event = await published(database)
    assert (event["id"], event["type"]) == ("case_1:closed", "case.closed")
    assert event["data"] == {
        "case_id": "case_1",
        "cause": "complaint",
        "severity": "normal",
        "touchpoint": None,
        "owner": "queue:general",
        "resolution": "resolved",
        "within_clock": True,
        "first_verdict": True,
        "promise_kept": False,
        "root_cause": None,
    }


async def test_a_case_stays_while_one_of_its_complaints_does(database: Database) -> None:
    await tell(database, complaint(1), complaint(2))
    await tell(database, resolved(1))
    assert await rows(database, "SELECT state FROM customer_case") == [("open",)]
    await tell(database, resolved(2))
    assert await rows(database, "SELECT state FROM customer_case") == [("closed",)]


async def test_a_complaint_heard_late_after_its_resolution_opens_nothing(database: Database) -> None:
    await tell(database, resolved(1, at=MONDAY + timedelta(hours=1)))
    await tell(database, complaint(1), complaint(2), now=MONDAY + timedelta(hours=2))
    assert await rows(database, "SELECT id FROM case_signal") == [("complaint-2",)]


async def test_of_a_complaint_and_its_resolution_in_one_batch_nothing_is_left_to_do(database: Database) -> None:
    await tell(database, resolved(1, at=MONDAY + timedelta(hours=1)), complaint(1))
    assert await published(database) == []


async def test_a_complaint_after_a_resolution_is_a_new_case(database: Database) -> None:
    await tell(database, complaint(1))
    await tell(database, resolved(1, at=MONDAY + timedelta(hours=1)))
    again = Event(id="again", source="shop", type="complaint.made", subject="c-1",
                  time=MONDAY + timedelta(hours=2), data={"complaint_id": "k-1"})  # fmt: skip
    await tell(database, again, now=MONDAY + timedelta(hours=2))
    assert [event["id"] for event in await published(database)] == ["case_1:opened", "case_1:closed", "case_2:opened"]


async def test_a_resolution_may_name_the_case(database: Database) -> None:
    await tell(database, complaint(1))
    await tell(database, resolved(9, case_id="case_1"))
    assert await rows(database, "SELECT state FROM customer_case") == [("closed",)]


@pytest.mark.parametrize(
    ("outcome", "source", "state"),
    [
        ("reached", "guanxi.engagement", "contacted"),
        ("not_reached", "guanxi.engagement", "open"),
        ("reached", "shop", "open"),
    ],
)
async def test_a_task_that_reached_the_customer_is_the_contact(
    database: Database, outcome: str, source: str, state: str
) -> None:
    await tell(database, complaint(1))
    await tell(database, task_done("case_1", at=MONDAY + timedelta(hours=1), outcome=outcome, source=source))
    assert await rows(database, "SELECT state FROM customer_case") == [(state,)]


async def test_of_contacts_told_twice_and_late_the_earliest_counts(database: Database) -> None:
    await tell(database, complaint(1))
    later, sooner = (task_done("case_1", at=MONDAY + timedelta(hours=hour)) for hour in (3, 2))
    for event in (later, later, sooner, later, task_done("case_99", at=MONDAY), task_done("x", at=MONDAY)):
        await tell(database, event)
    assert await rows(database, "SELECT contacted_at FROM customer_case") == [(MONDAY + timedelta(hours=2),)]


async def test_the_clock_runs_out_once_and_tells_so(database: Database) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    await tell(database, complaint(1, at=long_ago), now=long_ago)
    clocks = watch_case_clocks(database, DESK)
    assert [await clocks.fire_due(), await clocks.fire_due()] == [1, 0]
    assert [event["id"] for event in await published(database)] == ["case_1:opened", "case_1:overdue"]


async def test_a_contact_stops_the_clock(database: Database) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    await tell(database, complaint(1, at=long_ago), now=long_ago)
    await tell(database, task_done("case_1", at=long_ago + timedelta(minutes=1)))
    assert await watch_case_clocks(database, DESK).fire_due() == 1
    assert [event["id"] for event in await published(database)] == ["case_1:opened"]


async def test_many_cases_are_opened_in_one_batch(database: Database) -> None:
    await tell(database, *(complaint(number, f"c-{number % 50}") for number in range(200)))
    assert await rows(database, "SELECT count(*) FROM customer_case") == [(50,)]
    assert len(await published(database)) == 50


async def test_of_two_workers_that_hear_of_one_customer_one_opens_the_case(database: Database) -> None:
    await tell(database, *identity_fact(0, "identity.linked", "c-alias", "c-1"))
    await asyncio.gather(
        *(tell(database, complaint(number, "c-1" if number % 2 else "c-alias")) for number in range(5))
    )
    assert await rows(database, "SELECT count(*) FROM customer_case") == [(1,)]
    assert await rows(database, "SELECT count(*) FROM case_signal") == [(5,)]
