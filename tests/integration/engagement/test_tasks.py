"""Does staff get tasks, may each be done once, and what does the world hear of them?"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from msgspec import convert
from sqlalchemy import text
from tests.support.care import add_occasion, decide_all, deployment_of_tests, meet, rows
from tests.support.mirror import identity_fact, received
from tests.support.waiting import until
from tests.support.web import bearer, client_of, write_keys

from common.contracts import care
from common.database import Database
from common.events import Event, decode_event
from engagement.app import make_app
from engagement.consumers.events import EventHandler
from engagement.jobs.overdue_tasks import miss_overdue_tasks
from engagement.settings import EngagementSettings
from engagement.usecases.mirror_interactions import mirror_interactions
from engagement.usecases.miss_tasks import miss_tasks

NOON = datetime(2030, 3, 1, 4, tzinfo=UTC)
"""A Friday to come, in Shanghai: what is due then is not late now."""
PAST = datetime(2026, 3, 2, 4, tzinfo=UTC)
ANN = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"
BOB = "c_bbbbbbbbbbbbbbbbbbbbbbbbbb"


@pytest_asyncio.fixture
async def staff(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "identity.key").write_text(secrets.token_hex(32))
    settings = EngagementSettings(
        database_url=database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        identity_key_file=tmp_path / "identity.key",
        keys_file=write_keys(tmp_path / "keys.yaml", staff=["care:read", "care:write"], reader=["care:read"]),
    )
    async with client_of(make_app(settings)) as client:
        client.headers.update(bearer("staff"))
        yield client


async def recovery(database: Database, customer: str = ANN, at: datetime = NOON, case: str = "case_3") -> int:
    """A task of the shipped complaint_recovery; the id of its action."""
    async with database.transaction() as connection:
        await meet(connection, customer, at - timedelta(days=1), name="Ann", language="en")
        tea = {"preference": {"key": "tea", "value": "green"}}
        stated = Event(id="p-1", source="shop", type="preference.stated", subject=customer, time=at, data=tea)
        await mirror_interactions(connection, [stated])
        facts = {"case_id": case, "data": {"case_id": case, "severity": "normal"}}
        occasion = await add_occasion(connection, "complaint_recovery", customer, at, key=f"e/{case}", facts=facts)
    assert await decide_all(database, at) == 1
    return occasion


async def told(database: Database, type_: str) -> list[Event]:
    events = [decode_event(row["value"]) for row in await rows(database, "SELECT value FROM outbox ORDER BY id")]
    return [event for event in events if event.type.startswith(type_)]


async def test_a_decided_task_is_opened_with_its_window_and_its_script(
    database: Database, staff: httpx.AsyncClient
) -> None:
    action = await recovery(database)
    answer = (await staff.get("/v1/tasks", params={"customer": ANN})).json()
    [task] = answer["data"]
    assert (task["id"], task["action_id"], task["kind"], task["role"]) == ("task_1", f"act_{action}", "call", "advisor")
    assert (task["state"], task["staff_id"], answer["has_more"]) == ("open", None, False)
    assert datetime.fromisoformat(task["due_at"]) == NOON + timedelta(hours=4)
    assert "Ann" in task["script"]
    assert "Preferences: tea: green." in task["script"]
    [created] = await told(database, "task.")
    assert (created.id, created.type, created.subject) == ("task_1:created", "task.created", ANN)
    data = convert(created.data, care.TaskChanged)
    assert (data.action_id, data.task_id, data.case_id, data.task_kind) == (f"act_{action}", "task_1", "case_3", "call")


async def test_a_call_is_claimed_once_and_its_outcome_is_heard_without_the_note(
    database: Database, staff: httpx.AsyncClient
) -> None:
    action = await recovery(database)
    claimed = await staff.post("/v1/tasks/task_1/claim", json={"staff_id": "staff_2"})
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["staff_id"]) == (200, "claimed", "staff_2")
    refused = await staff.post("/v1/tasks/task_1/claim", json={"staff_id": "staff_3"})
    assert (refused.status_code, refused.json()["code"], refused.json()["staff_id"]) == (409, "task_held", "staff_2")
    body = {"outcome": "reached", "note": "She likes jasmine.", "staff_id": "staff_2"}
    key = {"idempotency-key": "complete-1"}
    done = [await staff.post("/v1/tasks/task_1/complete", json=body, headers=key) for _ in range(2)]
    assert [(one.status_code, one.json()["state"], one.json()["on_time"]) for one in done] == [(200, "done", True)] * 2
    again = await staff.post("/v1/tasks/task_1/complete", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "task_ended")
    assert await rows(database, "SELECT state, staff_id FROM action") == [{"state": "done", "staff_id": "staff_2"}]
    [ended] = await told(database, "task.done")
    assert (ended.id, ended.data["outcome"], ended.data["on_time"]) == ("task_1:done", "reached", True)
    [call] = await told(database, "call.made")
    data = convert(call.data, care.TaskContact)
    assert (call.id, data.task_id, data.action_id) == ("task_1:call", "task_1", f"act_{action}")
    assert (data.channel, data.personal, data.case_id, data.staff_id) == ("phone", True, "case_3", "staff_2")
    assert "jasmine" not in str([event.data for event in await told(database, "")])


async def test_a_customer_who_was_not_reached_was_not_called(database: Database, staff: httpx.AsyncClient) -> None:
    await recovery(database)
    done = await staff.post("/v1/tasks/task_1/complete", json={"outcome": "not_reached", "staff_id": "staff_2"})
    assert done.json()["state"] == "done"
    assert [event.type for event in await told(database, "")][-1] == "task.done"


async def test_a_task_is_handed_on_whoever_holds_it(database: Database, staff: httpx.AsyncClient) -> None:
    await recovery(database)
    await staff.post("/v1/tasks/task_1/claim", json={"staff_id": "staff_2"})
    handed = await staff.post("/v1/tasks/task_1/reassign", json={"staff_id": "staff_3"})
    assert (handed.json()["state"], handed.json()["staff_id"]) == ("claimed", "staff_3")
    freed = await staff.post("/v1/tasks/task_1/reassign", json={"staff_id": None})
    assert (freed.json()["state"], freed.json()["staff_id"]) == ("open", None)


async def test_a_task_that_nobody_did_is_missed_escalated_and_heard_and_may_be_done_late(
    database: Database, staff: httpx.AsyncClient
) -> None:
    await recovery(database, at=PAST)
    due = PAST + timedelta(hours=4)
    for instant, missed in ((due, 0), (due + timedelta(seconds=1), 1), (due + timedelta(seconds=2), 0)):
        async with database.transaction() as connection:
            found = await miss_tasks(connection, deployment=deployment_of_tests(), limit=10, now=instant)
        assert found == missed
    task = (await staff.get("/v1/tasks", params={"state": "missed"})).json()["data"][0]
    assert (task["on_time"], datetime.fromisoformat(task["escalated_at"])) == (False, due + timedelta(seconds=1))
    [event] = await told(database, "task.missed")
    assert (event.id, event.data["on_time"]) == ("task_1:missed", False)
    async with database.transaction() as connection:
        over = PAST + timedelta(days=3)
        assert await miss_tasks(connection, deployment=deployment_of_tests(), limit=10, now=over) == 1
    assert await rows(database, "SELECT state FROM action") == [{"state": "expired"}]
    [failed] = await told(database, "care.failed")
    assert (failed.data["state"], failed.data["reason"]) == ("expired", "expired")
    late = await staff.post("/v1/tasks/task_1/complete", json={"outcome": "reached", "staff_id": "staff_2"})
    assert (late.json()["state"], late.json()["on_time"]) == ("done", False)
    assert await rows(database, "SELECT state FROM action") == [{"state": "done"}]


async def test_the_worker_finds_what_is_overdue(database: Database, staff: httpx.AsyncClient) -> None:
    await recovery(database, at=PAST)
    stop = asyncio.Event()
    job = asyncio.create_task(miss_overdue_tasks(database, deployment_of_tests())(stop))

    async def missed() -> bool:
        return bool((await staff.get("/v1/tasks/task_1")).json()["state"] == "missed")

    try:
        await until(missed, what="the task missed")
    finally:
        stop.set()
        await job


async def test_a_cancelled_action_cancels_its_task(database: Database, staff: httpx.AsyncClient) -> None:
    action = await recovery(database)
    assert (await staff.post(f"/v1/actions/act_{action}/cancel", json={})).is_success
    task = (await staff.get("/v1/tasks/task_1")).json()
    assert task["state"] == "cancelled"
    refused = await staff.post("/v1/tasks/task_1/claim", json={"staff_id": "staff_2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "task_ended")


async def test_tasks_are_listed_by_due_instant_page_by_page_and_of_all_ids_of_a_customer(
    database: Database, staff: httpx.AsyncClient
) -> None:
    hours = [3, 1, 2, 1]
    for number, hour in enumerate(hours):
        customer = BOB if number == 0 else ANN
        await recovery(database, customer, NOON + timedelta(hours=hour - 3), case=f"case_{number}")
    seen, cursor = [], None
    while True:
        page = (await staff.get("/v1/tasks", params={"limit": 1, **({"cursor": cursor} if cursor else {})})).json()
        seen += [task["id"] for task in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["task_2", "task_4", "task_3", "task_1"]
    assert [task["id"] for task in (await staff.get("/v1/tasks", params={"customer": BOB})).json()["data"]] == [
        "task_1"
    ]
    async with database.transaction() as connection:
        handler = EventHandler(deployment_of_tests().policies, deployment_of_tests().zone)
        await handler.handle(connection, received(identity_fact(5, "customer.merged", BOB, ANN)))
    assert len((await staff.get("/v1/tasks", params={"customer": BOB})).json()["data"]) == 4
    assert (await staff.get("/v1/tasks", params={"role": "manager"})).json()["data"] == []
    assert (await staff.get("/v1/tasks", params={"state": "done"})).json()["data"] == []


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("task_99/claim", {"staff_id": "s"}, 404, "unknown_task"),
        ("task_0/claim", {"staff_id": "s"}, 422, None),
        ("task_1x/claim", {"staff_id": "s"}, 422, None),
        ("task_1/claim", {}, 422, None),
        ("task_1/complete", {"outcome": "perhaps"}, 422, None),
        ("task_1/complete", {"outcome": "done", "mood": "good"}, 422, None),
    ],
)
async def test_what_makes_no_sense_is_refused(
    database: Database, staff: httpx.AsyncClient, path: str, body: dict[str, str], status: int, code: str | None
) -> None:
    await recovery(database)
    answer = await staff.post(f"/v1/tasks/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert (await staff.get("/v1/tasks/task_1")).json()["state"] == "open"


async def test_reading_needs_no_more_than_care_read_and_changing_more(staff: httpx.AsyncClient) -> None:
    assert (await staff.get("/v1/tasks", headers=bearer("reader"))).status_code == 200
    claim = await staff.post("/v1/tasks/task_1/claim", json={"staff_id": "s"}, headers=bearer("reader"))
    assert claim.status_code == 403


async def test_lists_of_tasks_use_their_indexes(database: Database) -> None:
    asked = "SELECT id FROM task WHERE state = 'open' AND (due_at, id) > (now(), 5) ORDER BY due_at, id LIMIT 51"
    async with database.transaction() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {asked}"))).scalars())
    assert "task_state" in plan
    assert "Sort" not in plan
