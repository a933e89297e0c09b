"""Does a complaint become a case that somebody must answer in time, once, whatever is repeated or late?"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from tests.support.mirror import received

from common.database import Database
from common.events import Event
from feedback.consumers.mirror import handle as mirror
from feedback.domain.case_policy import CasePolicy
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.hear_case_events import hear_case_events

DESK = CaseDesk(zone=ZoneInfo("Asia/Shanghai"), partitions=6, policy=CasePolicy())
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
