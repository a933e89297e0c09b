"""Is a survey answered once, by a person, on a page that needs nothing but a browser?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest_asyncio
from tests.support.feedback_app import clerk_of, feedback_settings, meet, outbox, rows

from common.database import Database

CUSTOMER = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"


@pytest_asyncio.fixture
async def clerk(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with clerk_of(feedback_settings(database, tmp_path)) as client:
        yield client


async def invite(clerk: httpx.AsyncClient, survey: str = "csat_delivery", customer: str = CUSTOMER) -> tuple[str, str]:
    """(request id, path of the page)."""
    answer = await clerk.post(f"/v1/surveys/{survey}/invitations", json={"customer": customer})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], urlsplit(answer.json()["url"]).path


async def test_an_invitation_leads_to_a_page_an_answer_and_an_event(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    await meet(database, CUSTOMER, days_ago=30, now=datetime.now(UTC))
    request_id, path = await invite(clerk)
    wanted = (await outbox(database, "survey.invitation_wanted"))[0]
    assert (wanted.id, wanted.subject) == (f"{request_id}:wanted", CUSTOMER)
    assert urlsplit(wanted.data["url"]).path == path

    page = await clerk.get(path, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "How was your delivery?" in page.text
    answer = await clerk.post(
        path,
        data={"satisfied": "2", "expected": "4", "drivers": ["delivery", "price"], "comment": "Too late, <b>sorry</b>"},
    )
    assert answer.status_code == 200

    (answered,) = await outbox(database, "survey.answered")
    assert answered.data["rating"] == {"kind": "csat", "value": 2.0, "min": 1.0, "max": 5.0}
    assert answered.data["request_id"] == request_id
    assert {one["question"]: one["value"] for one in answered.data["answers"]} == {
        "satisfied": 2.0,
        "expected": 4.0,
        "drivers": ["delivery", "price"],
    }
    assert "sorry" not in str(answered.data)
    (kept,) = await rows(database, "SELECT question, text FROM answer_text")
    assert kept == {"question": "comment", "text": "Too late, <b>sorry</b>"}
    assert [event.data["cause"] for event in await outbox(database, "case.opened")] == ["csat"]
