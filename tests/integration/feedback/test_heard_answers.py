"""Are answers that producers tell as events stored once, whole batches at a time, and do bad ones open cases?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.feedback_app import feedback_settings, outbox, rows
from tests.support.mirror import identity_fact, received

from common.database import Database
from common.events import Event
from feedback.app import make_survey_desk
from feedback.consumers.mirror import make_handle
from feedback.usecases.survey_desk import SurveyDesk

NOW = datetime.now(UTC)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> SurveyDesk:
    return make_survey_desk(feedback_settings(database, tmp_path))


def answered(number: int, value: float, *, days_ago: float = 0, customer: str = "", **data: Any) -> Event:
    rating = {"kind": "nps", "value": value, "min": 0, "max": 10}
    return Event(
        id=f"answer-{number}",
        source="typeform",
        type="survey.answered",
        subject=customer or f"c-{number}",
        time=NOW - timedelta(days=days_ago),
        data={"rating": rating, "survey": "nps_relationship"} | data,
    )


async def hear(database: Database, desk: SurveyDesk, *events: Event) -> None:
    async with database.transaction() as connection:
        await make_handle(desk)(connection, received(events))


async def test_a_batch_of_answers_is_stored_once_with_its_waves(database: Database, desk: SurveyDesk) -> None:
    events = [answered(number, 10, days_ago=number) for number in range(300)]
    await hear(database, desk, *events, *events[:50])
    await hear(database, desk, *events)
    (told,) = await rows(database, "SELECT count(*) AS n, count(DISTINCT wave) AS waves FROM answer")
    assert told["n"] == 300
    waves = {row["name"] for row in await rows(database, "SELECT name FROM wave WHERE NOT asks")}
    assert waves >= {row["wave"] for row in await rows(database, "SELECT DISTINCT wave FROM answer")}
    assert told["waves"] >= 4
    assert await outbox(database) == []


async def test_bad_answers_open_cases_unless_they_are_heard_late(database: Database, desk: SurveyDesk) -> None:
    events = [answered(1, 6), answered(2, 7), answered(3, 0, days_ago=6.9), answered(4, 0, days_ago=7.1)]
    for _ in range(2):
        await hear(database, desk, *events)
    opened = await outbox(database, "case.opened")
    assert sorted(event.subject for event in opened) == ["c-1", "c-3"]
    assert {event.data["cause"] for event in opened} == {"nps"}
    signals = {event.data["signal"]["id"] for event in opened}
    bad = await rows(database, "SELECT answer_id FROM answer WHERE customer IN ('c-1', 'c-3')")
    assert signals == {row["answer_id"] for row in bad}


async def test_bad_answers_of_one_customer_open_one_case(database: Database, desk: SurveyDesk) -> None:
    await hear(database, desk, *identity_fact(0, "customer.merged", "c-alias", "c-1"))
    await hear(database, desk, answered(1, 0, customer="c-1"), answered(2, 1, customer="c-alias"))
    assert len(await outbox(database, "case.opened")) == 1
    assert await rows(database, "SELECT count(*) AS n FROM case_signal") == [{"n": 2}]
