"""Do the care card, the list of actions, an own action and its cancelling answer as http-api.md says?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from tests.support.care import HELLO, add_occasion, decide_all, meet, put_document, put_playbook, rows, told
from tests.support.databases import Databases
from tests.support.web import bearer, client_of, write_keys

from common.database import Database, open_database
from engagement.app import make_app
from engagement.settings import EngagementSettings
from engagement.usecases.mirror_interactions import mirror_interactions
from guanxi_cli.local.home import Home

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
NEVER_QUIET = """quiet_hours: {from: "09:00", to: "09:00"}
caps:
  - {code: cap_day, purposes: [care, marketing, research], max: 1, days: 1}
  - {code: cap_marketing_7d, purposes: [marketing], max: 2, days: 7}
channels: {sms: {adapter: file}, email: {adapter: file}}
"""
TEMPLATE = "---\npurpose: care\ntone: plain\nlanguages: [zh]\nsubject: 您好\n---\n您好\n"


@pytest_asyncio.fixture
async def url(database_url: Databases) -> str:
    return await database_url("engagement")


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Ann and her marketing message, at any time of day."""
    database = open_database(url, application="test")
    await put_document(database, "contact", "contact", NEVER_QUIET)
    await put_document(database, "template", "zh/sorry", TEMPLATE)
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        await meet(connection, "c_aaaaaaaaaaaaaaaaaaaaaaaaaa", NOW - DAY)
    yield database
    await database.close()


ANN = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"


@pytest_asyncio.fixture
async def client(url: str, database: Database, servers: Home, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    keys = write_keys(tmp_path / "keys.yaml", operator=["care:read", "care:write"], reader=["care:read"])
    settings = EngagementSettings(
        database_url=url, keys_file=keys, identity_key_file=servers.folder / "identity.key", outbox_dir=tmp_path
    )
    async with client_of(make_app(settings)) as client:
        client.headers.update(bearer("operator"))
        yield client


async def decided(database: Database, *keys: str) -> list[int]:
    """Occasions of Ann, decided one after the other."""
    ids = []
    for key in keys:
        async with database.transaction() as connection:
            ids.append(await add_occasion(connection, "hello", ANN, NOW, key=key))
        await decide_all(database, NOW)
    return ids


async def test_the_care_card_tells_what_was_decided_what_is_left_and_why_nothing_was_sent(
    client: httpx.AsyncClient, database: Database
) -> None:
    sent, skipped = await decided(database, "first", "second")
    card = (await client.get(f"/v1/customers/{ANN}/care")).json()
    assert card["customer"] == ANN
    shown = [
        {name: one[name] for name in ("id", "kind", "playbook", "decision", "reason")} for one in card["decisions"]
    ]
    assert shown == [
        {"id": f"act_{skipped}", "kind": "message", "playbook": "hello", "decision": "skip", "reason": "cap_day"},
        {"id": f"act_{sent}", "kind": "message", "playbook": "hello", "decision": "send", "reason": None},
    ]
    assert card["decisions"][0]["words"] == {"zh": "当天已联系过", "en": "already contacted on this day"}
    assert [one["id"] for one in card["actions"]["due"]] == [f"act_{sent}"]
    assert [one["id"] for one in card["not_sent"]] == [f"act_{skipped}"]
    budget = {(one["purpose"], one["channel"]): (one["left"], one["reason"]) for one in card["budget"]}
    assert budget["care", "email"] == (0, "cap_day")
    assert budget["marketing", "wecom"] == (0, "unreachable")
    assert budget["service", "sms"] == (3, None)
    assert {one["state"] for one in card["consents"] if one["purpose"] == "marketing"} == {"granted"}
    assert card["preferences"] == {"language": "zh", "zone": "Asia/Shanghai", "profiling": True, "stated": []}
    assert (card["open_case"], card["cool_down_until"], card["suppressed"]) == (False, None, False)
    assert {"as_of", "freshness"} <= card.keys()


async def test_of_several_preferences_the_surest_that_has_not_run_out_is_shown(
    client: httpx.AsyncClient, database: Database
) -> None:
    today = NOW.date()
    stated: list[tuple[str, float, timedelta | None]] = [
        ("green", 0.6, None),
        ("white", 0.9, 2 * DAY),
        ("red", 1.0, -2 * DAY),
    ]
    events = [
        told("preference.stated", ANN, NOW - number * DAY, preference=preference)
        for number, (value, sure, left) in enumerate(stated)
        for preference in [
            {"key": "tea", "value": value, "confidence": sure}
            | ({} if left is None else {"expires_on": (today + left).isoformat()})
        ]
    ]
    async with database.transaction() as connection:
        await mirror_interactions(connection, events)
    card = (await client.get(f"/v1/customers/{ANN}/care")).json()
    expires_on = (today + 2 * DAY).isoformat()
    assert card["preferences"]["stated"] == [
        {"key": "tea", "value": "white", "confidence": 0.9, "expires_on": expires_on}
    ]


async def test_actions_are_listed_with_every_non_send_and_paged(client: httpx.AsyncClient, database: Database) -> None:
    first, second, third = await decided(database, "first", "second", "third")
    page = (await client.get("/v1/actions", params={"customer": ANN, "limit": 2})).json()
    assert [one["id"] for one in page["data"]] == [f"act_{third}", f"act_{second}"]
    rest = (await client.get("/v1/actions", params={"customer": ANN, "limit": 2, "cursor": page["next_cursor"]})).json()
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == ([f"act_{first}"], False)
    for query, ids in (
        ({"state": "waiting"}, [first]),
        ({"decision": "skip"}, [third, second]),
        ({"reason": "cap_day"}, [third, second]),
        ({"decision": "hold_out"}, []),
        ({"customer": "c_bbbbbbbbbbbbbbbbbbbbbbbbbb"}, []),
    ):
        answer = (await client.get("/v1/actions", params=query)).json()
        assert [one["id"] for one in answer["data"]] == [f"act_{id_}" for id_ in ids]


async def test_an_action_tells_its_decisions_and_tries(client: httpx.AsyncClient, database: Database) -> None:
    [first] = await decided(database, "first")
    story = (await client.get(f"/v1/actions/act_{first}")).json()
    assert (story["state"], story["channel"], story["decision"]) == ("waiting", "sms", "send")
    assert [one["decision"] for one in story["decisions"]] == ["send"]
    assert story["tries"] == []
    left_to_staff = """
        INSERT INTO attempt (action_id, number, channel, adapter, started_at, finished_at, outcome, detail)
        VALUES (:id, 1, 'sms', 'wecom', now(), now(), 'awaiting_staff', '您好！好久不见。') RETURNING number
    """
    await rows(database, left_to_staff, id=first)
    [tried] = (await client.get(f"/v1/actions/act_{first}")).json()["tries"]
    assert (tried["outcome"], tried["detail"]) == ("awaiting_staff", "您好！好久不见。")
    for unknown in ("act_999", "act_0", "9", "act_x"):
        answer = await client.get(f"/v1/actions/{unknown}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_action")


ORDER = {"customer": ANN, "purpose": "care", "template": "sorry", "channels": ["email", "sms"]}


async def test_an_own_action_goes_through_the_same_arbiter(client: httpx.AsyncClient, database: Database) -> None:
    made = await client.post("/v1/actions", json=ORDER)
    body = made.json()
    assert (made.status_code, body["decision"], body["state"], body["channel"]) == (201, "send", "waiting", "email")
    assert body["playbook"] is None
    assert made.headers["location"] == f"/v1/actions/{body['id']}"
    again = (await client.post("/v1/actions", json=ORDER)).json()
    assert (again["decision"], again["reason"], again["state"]) == ("skip", "cap_day", None)
    [action] = await rows(database, "SELECT template, playbook FROM action")
    assert action == {"template": "sorry", "playbook": None}


async def test_an_own_action_with_an_idempotency_key_is_ordered_once(client: httpx.AsyncClient) -> None:
    first, second = [
        (await client.post("/v1/actions", json=ORDER, headers={"idempotency-key": "k"})).json() for _ in range(2)
    ]
    assert first == second


async def test_a_task_of_an_operator_waits_for_staff_or_for_working_hours(
    client: httpx.AsyncClient, database: Database
) -> None:
    order = {"customer": ANN, "purpose": "care", "kind": "task", "task_kind": "call", "role": "advisor"}
    body = (await client.post("/v1/actions", json={**order, "template": "sorry", "valid_for_hours": 1000})).json()
    assert (body["decision"], body["state"]) in (("send", "awaiting_staff"), ("defer", None))


async def test_an_impossible_order_is_refused_with_what_is_allowed(client: httpx.AsyncClient) -> None:
    for changes, code in (
        ({"template": "gone"}, "template_unfit"),
        ({"purpose": "marketing"}, "template_unfit"),
        ({"channels": []}, "invalid_request"),
        ({"channels": ["fax"]}, "invalid_request"),
        ({"kind": "task"}, "invalid_request"),
        ({"surprise": 1}, "invalid_request"),
    ):
        answer = await client.post("/v1/actions", json={**ORDER, **changes})
        assert answer.status_code == 422, changes
        if code == "template_unfit":
            assert (answer.json()["code"], "sorry" in str(answer.json()) or "care" in str(answer.json())) == (
                code,
                True,
            )
    nobody = await client.post("/v1/actions", json={**ORDER, "customer": "c_bbbbbbbbbbbbbbbbbbbbbbbbbb"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_customer")


@pytest.mark.parametrize("view", ["", "/care"])
async def test_of_who_is_not_known_the_name_that_was_typed_is_told_and_what_to_do(
    client: httpx.AsyncClient, view: str
) -> None:
    nobody = await client.get(f"/v1/customers/email:nobody@example.com{view}")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_customer")
    assert nobody.json()["detail"].startswith("Engagement has heard nothing of email:nobody@example.com. If its first")
    assert "Ask ingest's GET /v1/customers/{customer}" in nobody.json()["detail"]
    assert nobody.json()["customer"].startswith("c_")


async def test_what_waits_can_be_cancelled_once_and_frees_its_place(
    client: httpx.AsyncClient, database: Database
) -> None:
    [first] = await decided(database, "first")
    cancelled = await client.post(f"/v1/actions/act_{first}/cancel")
    assert (cancelled.json()["state"], cancelled.json()["reason"]) == ("cancelled", "cancelled")
    again = await client.post(f"/v1/actions/act_{first}/cancel")
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "action_ended", "cancelled")
    [second] = await decided(database, "second")
    assert (await client.get(f"/v1/actions/act_{second}")).json()["state"] == "waiting"


async def test_what_was_put_off_can_be_cancelled_too(client: httpx.AsyncClient, database: Database) -> None:
    await put_document(
        database,
        "contact",
        "contact",
        NEVER_QUIET.replace("sms: {adapter: file}", "sms: {adapter: file, daily_volume: 0}"),
    )
    [put_off] = await decided(database, "first")
    assert (await client.get(f"/v1/actions/act_{put_off}")).json()["reason"] == "capacity"
    cancelled = (await client.post(f"/v1/actions/act_{put_off}/cancel")).json()
    assert (cancelled["decision"], cancelled["reason"]) == ("skip", "cancelled")
    assert await decide_all(database, NOW + 2 * DAY) == 0


async def test_only_keys_with_the_scope_may_see_and_order(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/actions", json=ORDER, headers=bearer("reader"))).status_code == 403
    assert (await client.get("/v1/actions", headers=bearer("reader"))).status_code == 200
    assert (await client.get(f"/v1/customers/{ANN}/care", headers={"authorization": ""})).status_code == 401
