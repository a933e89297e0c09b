"""Are answers of other survey tools taken once, on their own scales, and shown to those who may see them?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.support.feedback_app import clerk_of, feedback_settings, outbox, rows
from tests.support.mirror import identity_fact, interaction, received
from tests.support.web import bearer

from common.database import Database
from common.identity import IdentityKey
from feedback.app import make_survey_desk
from feedback.consumers.mirror import make_handle
from feedback.settings import FeedbackSettings

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
CES: dict[str, Any] = {
    "source": "legacy",
    "id": "r-1",
    "customer": "user_id:42",
    "survey": "ces_ticket",
    "answered_at": YESTERDAY.isoformat(),
    "rating": {"value": 2, "min": 1, "max": 5, "direction": "low_is_good"},
}


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> FeedbackSettings:
    return feedback_settings(database, tmp_path)


@pytest_asyncio.fixture
async def clerk(settings: FeedbackSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with clerk_of(settings) as client:
        yield client


async def post(clerk: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await clerk.post("/v1/answers", json=CES | changes)


async def test_a_legacy_answer_where_low_is_easy_is_turned(
    database: Database, clerk: httpx.AsyncClient, settings: FeedbackSettings
) -> None:
    answers: list[dict[str, Any]] = [
        {"question": "speed", "value": 1, "min": 1, "max": 5, "direction": "low_is_good"},
        {"question": "why", "value": ["phone", "mail"]},
    ]
    answer = await post(clerk, answers=answers, texts={"comment": "It was easy"})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["rating"] == {"kind": "ces", "value": 4, "min": 1, "max": 5}
    assert body["answers"][0] == {"kind": "scale", **answers[0]}
    assert (body["texts"], body["touchpoint"], body["origin"]) == ({"comment": "It was easy"}, "after_sales", "api")

    (event,) = await outbox(database)
    own = IdentityKey.load(settings.identity_key_file).own_id("user_id", "42")
    assert (event.type, event.subject, event.id) == ("survey.answered", own, body["answer_id"])
    assert event.time == YESTERDAY
    assert event.data["rating"]["value"] == 4
    assert event.data["answers"] == [
        {"question": "speed", "kind": "scale", "value": 5.0, "min": 1.0, "max": 5.0},
        {"question": "why", "kind": "choice", "value": ["phone", "mail"], "min": None, "max": None},
    ]
    assert "easy" not in str(event.data["answers"])


async def test_the_same_answer_twice_is_one(database: Database, clerk: httpx.AsyncClient) -> None:
    first, again = await post(clerk), await post(clerk, rating={"value": 5, "min": 1, "max": 5})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (await post(clerk, source="other")).status_code == 201
    assert len(await outbox(database)) == 2


async def test_an_answer_without_a_wave_belongs_to_the_one_then_open(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    rating = {"value": 9, "min": 0, "max": 10}
    for id_, at, wave in (
        ("late", "2026-09-30T23:59:59+08:00", "2026-Q3"),
        ("first", "2026-10-01T00:00:00+08:00", "2026-Q4"),
    ):
        answer = await post(clerk, id=id_, survey="nps_relationship", answered_at=at, rating=rating)
        assert answer.json()["wave"] == wave
    told = await post(clerk, id="told", survey="nps_relationship", wave="2026-Q1", rating=rating)
    assert (told.json()["wave"], told.json()["rating"]["kind"]) == ("2026-Q1", "nps")
    theirs = await post(clerk, id="theirs", survey="theirs", kind="nps", wave="spring", rating=rating)
    assert theirs.json()["wave"] == "spring"


async def test_a_bad_answer_from_elsewhere_opens_a_case_when_it_is_young(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    bad = {"kind": "csat", "value": 1, "min": 1, "max": 5}
    for id_, at in (("young", YESTERDAY), ("old", YESTERDAY - timedelta(days=7))):
        answer = await post(
            clerk, id=id_, customer=f"user_id:{id_}", survey="theirs", rating=bad, answered_at=at.isoformat()
        )
        assert (answer.status_code, answer.json()["version"]) == (201, 0)
    (case,) = await outbox(database, "case.opened")
    assert case.data["signal"] == {"source": "guanxi.feedback", "id": "ans_1"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"source": "guanxi.feedback"}, "/source"),
        ({"source": "Shop"}, "/source"),
        ({"id": ""}, "/id"),
        ({"answered_at": "2026-11-01T10:00:00"}, "/answered_at"),
        ({"answered_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, "/answered_at"),
        ({"answered_at": "0001-01-01T00:00:00+14:00"}, "/answered_at"),
        ({"rating": {"value": 6, "min": 1, "max": 5}}, "/rating"),
        ({"rating": {"value": 1, "min": 5, "max": 5}}, "/rating"),
        ({"rating": {"value": 1, "min": 1, "max": 1e300}}, "/rating/max"),
        ({"rating": {"value": 1, "min": 1, "max": 5, "direction": "up"}}, "/rating/direction"),
        ({"survey": "theirs"}, "/kind"),
        ({"survey": "nps_relationship", "wave": "spring"}, "/wave"),
        ({"color": "red"}, "/color"),
        ({"rating": None}, ""),
    ],
)
async def test_what_is_wrong_is_named(clerk: httpx.AsyncClient, changes: dict[str, Any], pointer: str) -> None:
    answer = await post(clerk, **changes)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_answers_are_listed_newest_first_by_customer_and_survey(
    database: Database, clerk: httpx.AsyncClient, settings: FeedbackSettings
) -> None:
    for number in range(5):
        await post(clerk, id=f"r-{number}", customer="user_id:42" if number % 2 else "user_id:43")
    await post(clerk, id="n-1", survey="nps_relationship", rating={"value": 9, "min": 0, "max": 10})

    first = (await clerk.get("/v1/answers", params={"limit": 4})).json()
    assert [one["id"] for one in first["data"]] == ["n-1", "r-4", "r-3", "r-2"]
    rest = (await clerk.get("/v1/answers", params={"limit": 4, "cursor": first["next_cursor"]})).json()
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == (["r-1", "r-0"], False)
    both = {"customer": "user_id:42", "survey": "ces_ticket"}
    assert [one["id"] for one in (await clerk.get("/v1/answers", params=both)).json()["data"]] == ["r-3", "r-1"]

    key = IdentityKey.load(settings.identity_key_file)
    facts = identity_fact(1, "customer.merged", key.own_id("user_id", "43"), key.own_id("user_id", "42"))
    async with database.transaction() as connection:
        await make_handle(make_survey_desk(settings))(connection, received(facts))
    for customer in ("user_id:42", "user_id:43"):
        united = await clerk.get("/v1/answers", params={"customer": customer, "survey": "ces_ticket"})
        assert len(united.json()["data"]) == 5


async def test_answers_are_for_those_who_may(clerk: httpx.AsyncClient) -> None:
    stranger = bearer("stranger")
    for call in (
        clerk.get("/v1/answers", headers=stranger),
        clerk.post("/v1/answers", headers=stranger, json=CES),
    ):
        assert (await call).status_code == 403


async def test_a_producers_answer_is_stored_and_not_published_again(
    database: Database, settings: FeedbackSettings
) -> None:
    desk = make_survey_desk(settings)
    rating = {"kind": "nps", "value": 3, "min": 0, "max": 10}
    now = datetime.now(UTC)
    events = [
        interaction(1, "survey.answered", "c-1", id_="rated", rating=rating, survey="nps_relationship"),
        interaction(2, "survey.answered", "c-1", id_="unrated"),
        interaction(3, "survey.answered", "c-1", id_="ours", source="guanxi.feedback", rating=rating),
    ]
    for _ in range(2):
        async with database.transaction() as connection:
            await make_handle(desk)(connection, received(events))
    stored = await rows(database, "SELECT source, id, survey, kind, wave, rating_value, origin FROM answer")
    assert stored == [
        {
            "source": "shop",
            "id": "rated",
            "survey": "nps_relationship",
            "kind": "nps",
            "wave": "2026-Q4",
            "rating_value": 3,
            "origin": "event",
        }
    ]
    assert now - events[0].time < timedelta(days=7) or await outbox(database) == []
    assert await outbox(database, "survey.answered") == []
