"""Can staff work on cases over HTTP, and does everybody else learn what they must and no more?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.feedback.test_cases import DESK
from tests.support.feedback_app import clerk_of, feedback_settings, meet, outbox
from tests.support.mirror import evaluated, identity_fact, received
from tests.support.web import bearer

from common.database import Database
from feedback.consumers.mirror import handle as mirror
from feedback.jobs.case_clocks import watch_case_clocks
from feedback.usecases.plan_case_timers import CLOSE

ANN, BOB = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa", "c_bbbbbbbbbbbbbbbbbbbbbbbbbb"


@pytest_asyncio.fixture
async def clerk(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    for customer in (ANN, BOB):
        await meet(database, customer, days_ago=30, now=datetime.now(UTC))
    async with clerk_of(feedback_settings(database, tmp_path)) as client:
        yield client


async def opened(clerk: httpx.AsyncClient, customer: str = ANN, **told: Any) -> dict[str, Any]:
    answer = await clerk.post("/v1/cases", json={"customer": customer} | told)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def post(clerk: httpx.AsyncClient, path: str, **told: Any) -> dict[str, Any]:
    answer = await clerk.post(f"/v1/cases/{path}", json=told)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def move_timers(database: Database, kind: str) -> None:
    """Let every timer of a kind be due."""
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE timer SET due_at = now() WHERE kind = :kind"), {"kind": kind})


async def test_a_case_by_hand_goes_its_whole_way(database: Database, clerk: httpx.AsyncClient) -> None:
    case = await opened(clerk, touchpoint="delivery", owner="staff_2", note="She was very sad.")
    assert (case["id"], case["state"], case["cause"], case["owner"]) == ("case_1", "open", "staff", "staff_2")
    assert (case["within_clock"], case["freshness"]["lag_events"]) == (None, 0)
    assert (await post(clerk, "case_1/assign", owner="staff_3"))["owner"] == "staff_3"
    assert (await post(clerk, "case_1/contacted"))["state"] == "contacted"
    amended = await clerk.patch("/v1/cases/case_1", json={"root_cause": "delivery", "benefit": "flowers"})
    assert amended.json()["root_cause"] == "delivery"
    await clerk.patch("/v1/cases/case_1", json={"benefit": "flowers"})
    await post(clerk, "case_1/note", text="A secret of hers.")
    settled = await post(clerk, "case_1/resolve", note="All is well.")
    assert (settled["state"], settled["within_clock"]) == ("resolved", True)
    assert [note["text"] for note in settled["notes"]] == ["She was very sad.", "A secret of hers.", "All is well."]
    assert {note["author"] for note in settled["notes"]} == {"clerk"}

    clocks = watch_case_clocks(database, DESK)
    assert await clocks.fire_due() == 0
    await move_timers(database, CLOSE)
    assert [await clocks.fire_due(), await clocks.fire_due()] == [1, 0]
    ended = (await clerk.get("/v1/cases/case_1")).json()
    assert (ended["state"], ended["promise_kept"], ended["resolution"]) == ("closed", True, "resolved")
    told = await outbox(database)
    assert [event.id for event in told] == ["case_1:opened", "case_1:recovery_wanted", "case_1:closed"]
    assert told[1].data["benefit"] == "flowers"
    assert (told[2].data["owner"], told[2].data["root_cause"]) == ("staff_3", "delivery")
    assert not any(secret in str(event.data) for event in told for secret in ("sad", "secret", "well"))


async def test_a_report_for_an_open_matter_goes_to_its_case(database: Database, clerk: httpx.AsyncClient) -> None:
    first, second = await opened(clerk, touchpoint="app"), await opened(clerk, touchpoint="app", severity="severe")
    assert (first["id"], second["id"], len(second["signals"])) == ("case_1", "case_1", 2)
    assert second["severity"] == "severe"
    assert len(await outbox(database)) == 1


async def test_a_reopened_case_has_a_new_clock_and_is_told_again(database: Database, clerk: httpx.AsyncClient) -> None:
    await opened(clerk)
    await post(clerk, "case_1/resolve", resolution="cannot_resolve", root_cause="price")
    again = await post(clerk, "case_1/reopen", note="It broke again.")
    assert (again["state"], again["round"], again["contacted_at"], again["resolution"]) == ("open", 2, None, None)
    assert again["contact_due_at"] > again["clock_from"] > again["opened_at"]
    await move_timers(database, CLOSE)
    await watch_case_clocks(database, DESK).fire_due()
    told = await outbox(database)
    assert [(event.id, event.data["reopened"]) for event in told] == [
        ("case_1:opened", False),
        ("case_1:opened:2", True),
    ]


async def run_out(database: Database) -> int:
    """Let the clock of the open case be over; how many timers fired."""
    async with database.transaction() as connection:
        await connection.execute(
            text("UPDATE customer_case SET contact_due_at = now() - interval '1 hour' WHERE state = 'open'")
        )
    await move_timers(database, "case_overdue")
    return await watch_case_clocks(database, DESK).fire_due()


async def test_the_clock_of_a_second_round_runs_out_once_more(database: Database, clerk: httpx.AsyncClient) -> None:
    await opened(clerk)
    assert await run_out(database) == 1
    late = (await clerk.get("/v1/cases/case_1")).json()
    assert (late["within_clock"], late["overdue_at"] is not None) == (False, True)
    await post(clerk, "case_1/resolve")
    await post(clerk, "case_1/reopen")
    assert await run_out(database) == 1
    told = [(event.id, event.data["first_verdict"]) for event in await outbox(database, "case.overdue")]
    assert told == [("case_1:overdue", True), ("case_1:overdue:2", False)]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("case_1/reopen", {}, 409, "case_running"),
        ("case_2/resolve", {}, 404, "case_unknown"),
        ("nonsense/note", {"text": "x"}, 404, "case_unknown"),
        ("case_1/resolve", {"resolution": "perhaps"}, 422, "unprocessable"),
        ("case_1/note", {"text": ""}, 422, "unprocessable"),
        ("case_1/resolve", {"root_cause": "moon"}, 422, "unprocessable"),
    ],
)
async def test_what_cannot_be_is_refused(
    clerk: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    await opened(clerk)
    answer = await clerk.post(f"/v1/cases/{path}", json=body)
    assert answer.status_code == status
    assert status == 422 or answer.json()["code"] == code


async def test_a_settled_case_is_settled_once(clerk: httpx.AsyncClient) -> None:
    await opened(clerk)
    assert (await clerk.post("/v1/cases/case_1/resolve")).json()["state"] == "resolved"
    for path in ("case_1/resolve", "case_1/contacted"):
        answer = await clerk.post(f"/v1/cases/{path}", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "case_not_running")


async def test_a_matter_is_not_opened_twice_by_reopening(database: Database, clerk: httpx.AsyncClient) -> None:
    await opened(clerk)
    await post(clerk, "case_1/resolve")
    await move_timers(database, CLOSE)
    await watch_case_clocks(database, DESK).fire_due()
    assert (await opened(clerk))["id"] == "case_2"
    answer = await clerk.post("/v1/cases/case_1/reopen", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "another_case_open")


async def test_a_case_of_nobody_is_refused(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post("/v1/cases", json={"customer": "user_id:nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_customer")


async def test_the_list_shows_whom_to_call_first_page_by_page(database: Database, clerk: httpx.AsyncClient) -> None:
    await opened(clerk, ANN, touchpoint="a")
    await opened(clerk, BOB, touchpoint="b", severity="severe")
    await opened(clerk, ANN, touchpoint="c", owner="staff_2")
    await opened(clerk, BOB, touchpoint="d")
    await post(clerk, "case_1/resolve")
    await move_timers(database, CLOSE)
    await watch_case_clocks(database, DESK).fire_due()

    shown: list[str] = []
    url = "/v1/cases?limit=1"
    while url:
        answer = await clerk.get(url)
        shown += [case["id"] for case in answer.json()["data"]]
        url = answer.links["next"]["url"] if "next" in answer.links else ""
    assert shown == ["case_2", "case_3", "case_4", "case_1"]
    for query, expected in (
        (f"customer={ANN}", ["case_3", "case_1"]),
        ("state=closed", ["case_1"]),
        ("owner=staff_2", ["case_3"]),
        ("owner=queue:d&state=open", ["case_4"]),
        (f"customer={BOB}&state=open&limit=1", ["case_2"]),
        ("state=contacted", []),
    ):
        answer = await clerk.get(f"/v1/cases?{query}")
        assert [case["id"] for case in answer.json()["data"]] == expected, query


async def test_a_merged_customer_is_found_by_either_id_and_shown_by_the_canonical_one(
    database: Database, clerk: httpx.AsyncClient
) -> None:
    await opened(clerk, ANN)
    async with database.transaction() as connection:
        await mirror(connection, received(identity_fact(0, "customer.merged", ANN, BOB)))
    for own in (ANN, BOB):
        (case,) = (await clerk.get(f"/v1/cases?customer={own}")).json()["data"]
        assert (case["id"], case["customer"]) == ("case_1", BOB)
    assert (await opened(clerk, BOB))["id"] == "case_1"


async def test_a_key_accounts_case_is_reopened_with_a_days_clock(database: Database, clerk: httpx.AsyncClient) -> None:
    async with database.transaction() as connection:
        card = evaluated(1, ANN, as_of=datetime.now(UTC).date(), key_account=True)
        await mirror(connection, received([card]))
    first = await opened(clerk)
    await post(clerk, "case_1/resolve")
    for case in (first, await post(clerk, "case_1/reopen")):
        waits = datetime.fromisoformat(case["contact_due_at"]) - datetime.fromisoformat(case["clock_from"])
        assert timedelta(hours=24) <= waits < timedelta(days=12)


async def test_reading_and_writing_need_their_scopes(clerk: httpx.AsyncClient) -> None:
    assert (await clerk.get("/v1/cases", headers=bearer("stranger"))).status_code == 403
    assert (await clerk.post("/v1/cases", json={"customer": ANN}, headers=bearer("stranger"))).status_code == 403
