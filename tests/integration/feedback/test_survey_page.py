"""Is a survey answered once, by a person, on a page that needs nothing but a browser?"""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.support.feedback_app import clerk_of, feedback_settings, meet, outbox, rows
from tests.support.mirror import dump

from common.database import Database

CUSTOMER = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"
TABLES = ("request", "answer", "answer_text", "outbox", "wave", "timer", "dead_letter")
FORM = {"satisfied": "4"}
EN, ZH = {"accept-language": "en-GB,en;q=0.9"}, {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest_asyncio.fixture
async def clerk(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with clerk_of(feedback_settings(database, tmp_path)) as client:
        yield client


async def invite(clerk: httpx.AsyncClient, survey: str = "csat_delivery", customer: str = CUSTOMER) -> tuple[str, str]:
    """(request id, path of the page)."""
    answer = await clerk.post(f"/v1/surveys/{survey}/invitations", json={"customer": customer})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], urlsplit(answer.json()["url"]).path


async def close(database: Database, request_id: str) -> None:
    async with database.transaction() as connection:
        closed = text("UPDATE request SET expires_at = now() - interval '1 s' WHERE request_id = :id")
        await connection.execute(closed, {"id": request_id})


async def test_an_invitation_leads_to_a_page_an_answer_and_an_event(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    await meet(database, CUSTOMER, days_ago=30, now=datetime.now(UTC))
    request_id, path = await invite(clerk)
    (wanted,) = await outbox(database, "survey.invitation_wanted")
    assert (wanted.id, wanted.subject) == (f"{request_id}:wanted", CUSTOMER)
    assert urlsplit(wanted.data["url"]).path == path

    page = await clerk.get(path, headers=EN)
    assert page.status_code == 200
    assert "How was your delivery?" in page.text
    answer = await clerk.post(
        path,
        data={"satisfied": "2", "expected": "4", "drivers": ["delivery", "price"], "comment": "Too late, <b>sorry</b>"},
    )
    assert answer.status_code == 200

    (answered,) = await outbox(database, "survey.answered")
    assert answered.data["rating"] == {"kind": "csat", "value": 2.0, "min": 1.0, "max": 5.0}
    assert (answered.data["request_id"], answered.data["origin"]) == (request_id, "page")
    assert {one["question"]: one["value"] for one in answered.data["answers"]} == {
        "satisfied": 2.0,
        "expected": 4.0,
        "drivers": ["delivery", "price"],
    }
    assert "sorry" not in str(answered.data)
    (shown,) = (await clerk.get("/v1/answers")).json()["data"]
    assert shown["texts"] == {"comment": "Too late, <b>sorry</b>"}
    assert [event.data["cause"] for event in await outbox(database, "case.opened")] == ["csat"]


async def test_following_the_link_records_nothing(database: Database, clerk: httpx.AsyncClient) -> None:
    _, path = await invite(clerk)
    before = await dump(database, TABLES)
    for query in ("", "?score=5", "?score=99&score=x", "?utm_source=mail"):
        assert (await clerk.get(path + query)).status_code == 200
    assert await dump(database, TABLES) == before


async def test_the_score_in_the_link_only_preselects(clerk: httpx.AsyncClient) -> None:
    _, path = await invite(clerk, "nps_relationship")
    checked = re.compile(r'value="(\d+)"[^>]* checked')
    assert checked.findall((await clerk.get(f"{path}?score=9")).text) == ["9"]
    for query in ("", "?score=11", "?score=-1", "?score=%3Cscript%3E"):
        page = (await clerk.get(path + query)).text
        assert checked.findall(page) == []
        assert "<script" not in page


async def test_a_second_answer_and_a_later_visit_get_a_friendly_page(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    _, path = await invite(clerk)
    assert (await clerk.post(path, data=FORM)).status_code == 200
    again = await clerk.post(path, data={"satisfied": "1"}, headers=EN)
    assert (again.status_code, "already" in again.text) == (409, True)
    visit = await clerk.get(path, headers=ZH)
    assert (visit.status_code, "已经收到" in visit.text) == (200, True)
    assert [row["rating_value"] for row in await rows(database, "SELECT rating_value FROM answer")] == [4]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_closed_survey_says_so_and_stores_nothing(
    database: Database, clerk: httpx.AsyncClient, method: str
) -> None:
    request_id, path = await invite(clerk)
    await close(database, request_id)
    page = await clerk.request(method, path, data=FORM if method == "POST" else None, headers=EN)
    assert (page.status_code, "closed" in page.text) == (410, True)
    assert await rows(database, "SELECT 1 FROM answer") == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["nonsense", "a.b", "x" * 300, "%3Cscript%3E", "ä"])
async def test_an_unknown_link_gets_a_friendly_page(clerk: httpx.AsyncClient, method: str, token: str) -> None:
    page = await clerk.request(method, f"/s/{token}", headers=ZH)
    assert (page.status_code, "链接无效" in page.text) == (404, True)
    assert page.headers["content-type"].startswith("text/html")
    assert "script" not in page.text


async def test_what_is_missing_is_said_in_a_summary_and_what_was_written_is_kept(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    _, path = await invite(clerk)
    page = await clerk.post(path, data={"expected": "4", "comment": 'so "so" & <b>'}, headers=EN)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'href="#q-satisfied"' in page.text
    assert 'id="q-satisfied"' in page.text
    assert "so &#34;so&#34; &amp; &lt;b&gt;" in page.text
    assert re.search(r'name="expected" value="4"[^>]* checked', page.text)
    assert await rows(database, "SELECT 1 FROM answer") == []
    assert (await clerk.post(path, data=FORM)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "language", "words"), [(EN, "en", "How was your delivery?"), (ZH, "zh-CN", "您的订单")]
)
async def test_the_page_speaks_the_browsers_language_and_needs_nobody_else(
    clerk: httpx.AsyncClient, headers: dict[str, str], language: str, words: str
) -> None:
    _, path = await invite(clerk)
    page = await clerk.get(path, headers=headers)
    assert f'<html lang="{language}">' in page.text
    assert words in page.text
    assert not re.search(r"<script|<link|<img|<iframe|https?://|@import|url\(", page.text)
    assert page.text.count("<fieldset") == page.text.count("<legend") == 4
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert len(page.content) < 20_000


async def test_a_form_that_no_survey_sends_is_refused(clerk: httpx.AsyncClient) -> None:
    _, path = await invite(clerk)
    assert (await clerk.post(path, data={"comment": "x" * 70_000})).status_code == 413
    assert (await clerk.post(path, data={f"x{number}": "1" for number in range(600)})).status_code == 422
    assert (await clerk.post(path, content=b"\xff\xfe satisfied=4")).status_code == 422
    assert (await clerk.post(path, json={"satisfied": 4})).status_code == 422
    assert (await clerk.post(path, data=FORM)).status_code == 200


async def test_the_link_of_a_skipped_invitation_works(database: Database, clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post("/v1/surveys/csat_delivery/invitations", json={"customer": "email:new@example.com"})
    assert (answer.json()["state"], answer.json()["reason"]) == ("skipped", "too_new")
    assert await outbox(database) == []
    assert (await clerk.post(urlsplit(answer.json()["url"]).path, data=FORM)).status_code == 200
    assert await rows(database, "SELECT state, sent_at FROM request") == [{"state": "answered", "sent_at": None}]


async def test_invitations_are_listed_with_what_became_of_them(clerk: httpx.AsyncClient) -> None:
    (first, path), (second, _) = [await invite(clerk, customer=f"user_id:{number}") for number in (1, 2)]
    await clerk.post(path, data=FORM)
    list_ = "/v1/surveys/csat_delivery/invitations"
    page = (await clerk.get(list_, params={"limit": 1})).json()
    rest = (await clerk.get(list_, params={"cursor": page["next_cursor"]})).json()
    told = [(one["request_id"], one["state"], one["reason"]) for one in page["data"] + rest["data"]]
    assert told == [(second, "skipped", "too_new"), (first, "answered", "too_new")]
    assert path.removeprefix("/s/") not in str(rest)
    mine = await clerk.get(list_, params={"customer": "user_id:1"})
    assert [one["request_id"] for one in mine.json()["data"]] == [first]
    assert (await clerk.get("/v1/surveys/nothing/invitations")).status_code == 404


@pytest.mark.parametrize(
    ("survey", "customer", "status", "code"),
    [
        ("nothing", CUSTOMER, 404, "unknown_survey"),
        ("csat_delivery", "shoe_size:38", 422, "unreadable_customer"),
        ("csat_delivery", "", 422, "malformed"),
    ],
)
async def test_who_or_what_is_unknown_is_not_invited(
    clerk: httpx.AsyncClient, survey: str, customer: str, status: int, code: str
) -> None:
    answer = await clerk.post(f"/v1/surveys/{survey}/invitations", json={"customer": customer})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_no_token_stands_in_the_database_or_in_the_logs(
    database: Database, clerk: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    address, headers = "/v1/surveys/csat_delivery/invitations", {"idempotency-key": "ask-1"}
    first, again = [(await clerk.post(address, json={"customer": CUSTOMER}, headers=headers)).json() for _ in range(2)]
    assert first == again
    path = urlsplit(first["url"]).path
    await clerk.get(path)
    await clerk.post(path, data={"satisfied": "9"})
    await clerk.post(path, data=FORM)
    token = path.removeprefix("/s/")
    stored = str(await dump(database, ("request", "answer", "answer_text", "idempotency")))
    assert "ask-1" in stored
    assert not any(hidden in stored for hidden in (token, token.encode().hex()))
    told = capfd.readouterr()
    assert token not in told.out + told.err


@pytest.mark.timeout(600)
async def test_two_hundred_links_prefetched_five_times_and_sent_thrice_give_one_answer_each(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    links, busy = 200, asyncio.Semaphore(8)

    async def status_of(method: str, path: str, data: dict[str, str] | None = None) -> int:
        """A 503 of a busy machine says that nothing happened and asks for the same again."""
        for _ in range(20):
            answer = await clerk.request(method, path, data=data)
            if answer.status_code != 503:
                return answer.status_code
        return 503

    async def one(number: int) -> list[int]:
        async with busy:
            _, path = await invite(clerk, customer=f"user_id:flood-{number}")
            for _ in range(5):
                assert await status_of("GET", f"{path}?score={number % 5 + 1}") == 200
            sent = [status_of("POST", path, {"satisfied": str(number % 5 + 1)}) for _ in range(3)]
            return sorted(await asyncio.gather(*sent))

    outcomes = await asyncio.gather(*(one(number) for number in range(links)))
    assert {tuple(statuses) for statuses in outcomes} == {(200, 409, 409)}
    (answers,) = await rows(
        database, "SELECT count(*) AS n, count(DISTINCT request_id) AS requests, sum(rating_value) AS total FROM answer"
    )
    assert answers == {"n": links, "requests": links, "total": sum(number % 5 + 1 for number in range(links))}
    assert len(await outbox(database, "survey.answered")) == links
