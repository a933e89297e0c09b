"""May texts and ways out be read and changed over HTTP, and does a late word about an action count?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.support.care import add_occasion, decide_all, meet, rows
from tests.support.databases import Databases
from tests.support.delivering import facts_of
from tests.support.web import bearer, client_of, write_keys

from common.database import Database, open_database
from engagement.app import make_app
from engagement.settings import EngagementSettings

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
WIN_BACK = "/v1/templates/en/win_back"


@pytest_asyncio.fixture
async def url(database_url: Databases) -> str:
    return await database_url("engagement")


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = open_database(url, application="test")
    yield database
    await database.close()


@pytest_asyncio.fixture
async def client(url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "identity.key").write_text("0123456789abcdef" * 4)
    keys = write_keys(tmp_path / "keys.yaml", ann=["care:read", "care:write", "policies:write"], bob=["care:read"])
    settings = EngagementSettings(database_url=url, keys_file=keys, identity_key_file=tmp_path / "identity.key")
    async with client_of(make_app(settings)) as client:
        client.headers.update(bearer("ann"))
        yield client


async def test_every_shipped_template_is_listed_and_read_with_its_version(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/templates", params={"limit": 100})).json()["data"]
    assert {one["name"] for one in listed} >= {"zh/win_back", "en/win_back", "zh/birthday", "en/survey_invitation"}
    answer = await client.get(WIN_BACK)
    assert (answer.status_code, answer.headers["etag"], answer.json()["purpose"]) == (200, '"1"', "marketing")
    assert (await client.get("/v1/templates/en/nothing")).status_code == 404


async def test_a_text_is_changed_by_who_has_read_it(client: httpx.AsyncClient) -> None:
    change = {"text": "{% if name %}Dear {{ name }}{% else %}Hello{% endif %}, come back."}
    assert (await client.patch(WIN_BACK, json=change)).status_code == 428
    changed = await client.patch(WIN_BACK, json=change, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.json()["version"], changed.json()["text"]) == (200, 2, change["text"])
    assert changed.json()["subject"] == "It has been a while"
    assert (await client.patch(WIN_BACK, json=change, headers={"if-match": '"1"'})).status_code == 412
    assert (await client.patch(WIN_BACK, json=change, headers=bearer("bob"))).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "Dear {{ nmae }}"}, "text"),
        ({"text": "{% include 'x' %}"}, "text"),
        ({"purpose": "care"}, "purpose"),
        ({"subject": "two\nlines"}, "subject"),
        ({"languages": ["zh"]}, "languages"),
    ],
)
async def test_an_invalid_text_is_refused_with_its_place_and_the_live_one_stays(
    client: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    refused = await client.patch(WIN_BACK, json=change, headers={"if-match": '"1"'})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "document_invalid", field)
    assert refused.json()["line"] >= 1
    assert (await client.get(WIN_BACK)).json()["version"] == 1


async def test_a_new_text_is_made_once(client: httpx.AsyncClient) -> None:
    new = {"name": "en/sorry", "purpose": "service", "subject": "We are sorry", "text": "We are sorry."}
    made = await client.post("/v1/templates", json=new)
    assert (made.status_code, made.headers["location"]) == (201, "/v1/templates/en/sorry")
    assert made.json()["languages"] == ["en"]
    assert (await client.post("/v1/templates", json=new)).status_code == 409


async def test_a_channel_is_shown_and_changed_and_the_arbiter_knows(client: httpx.AsyncClient) -> None:
    channels = {one["name"]: one for one in (await client.get("/v1/channels")).json()["data"]}
    assert channels["email"]["adapter"] == "file"
    off = await client.patch("/v1/channels/email", json={"enabled": False})
    assert (off.status_code, off.json()["enabled"], off.json()["version"]) == (200, False, 2)
    again = await client.patch("/v1/channels/email", json={"enabled": False})
    assert again.json()["version"] == 2
    assert (await client.patch("/v1/channels/fax", json={"enabled": False})).status_code == 404
    stale = await client.patch("/v1/channels/email", json={"enabled": True}, headers={"if-match": '"1"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    "change",
    [
        {"adapter": "pigeon"},
        {"adapter": "webhook"},
        {"adapter": "webhook", "url": "https://gateway.example/care", "secret": "../identity.key"},
        {"adapter": "webhook", "url": "file:///etc/passwd", "secret": "gateway"},
        {"retry_seconds": [5, 10]},
        {"colour": "red"},
        {"daily_volume": "many"},
    ],
)
async def test_an_invalid_channel_is_refused_and_the_live_one_stays(
    client: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    refused = await client.patch("/v1/channels/email", json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, "document_invalid")
    assert (await client.get("/v1/channels/email")).json()["version"] == 1


async def test_a_channel_more_is_added_once(client: httpx.AsyncClient) -> None:
    new = {"name": "phone", "settings": {"adapter": "wecom"}}
    assert (await client.post("/v1/channels", json=new)).status_code == 201
    assert (await client.post("/v1/channels", json=new)).status_code == 409


async def waiting(database: Database, state: str) -> str:
    """An action in a state."""
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - timedelta(days=1))
        occasion = await add_occasion(connection, "delivery_check", "ann", NOON)
    await decide_all(database, NOON)
    await set_state(database, occasion, state)
    return f"act_{occasion}"


async def set_state(database: Database, action: int, state: str) -> None:
    await rows(database, "UPDATE action SET state = :state WHERE id = :id RETURNING id", state=state, id=action)


@pytest.mark.parametrize("state", ["awaiting_staff", "unknown", "expired", "failed", "sending", "waiting"])
async def test_a_late_confirmation_records_that_it_was_sent(
    client: httpx.AsyncClient, database: Database, state: str
) -> None:
    action = await waiting(database, state)
    for _ in range(2):
        told = await client.post(f"/v1/actions/{action}/outcome", json={"outcome": "sent", "staff_id": "li"})
        assert (told.status_code, told.json()["state"]) == (200, "sent")
        assert told.json()["sent_at"] is not None
    sent = [fact for fact in await facts_of(database, "ann") if fact.type == "care.sent"]
    assert [(fact.id, fact.data["staff_id"]) for fact in sent] == [(f"{action}:sent", "li")]


async def test_what_failed_after_all_is_told_and_no_longer_counts(
    client: httpx.AsyncClient, database: Database
) -> None:
    action = await waiting(database, "sent")
    told = await client.post(f"/v1/actions/{action}/outcome", json={"outcome": "failed"})
    assert (told.json()["state"], told.json()["reason"]) == ("failed", "told_failed")
    failed = [fact for fact in await facts_of(database, "ann") if fact.type == "care.failed"]
    assert [fact.data["reason"] for fact in failed] == ["told_failed"]


async def test_an_opened_message_was_sent_and_reached_the_customer(
    client: httpx.AsyncClient, database: Database
) -> None:
    action = await waiting(database, "unknown")
    told = await client.post(f"/v1/actions/{action}/outcome", json={"outcome": "opened"})
    assert told.json()["state"] == "sent"
    types = [(fact.type, fact.data.get("outcome")) for fact in await facts_of(database, "ann")]
    assert types[1:] == [("care.sent", None), ("care.outcome", "reached")]


async def test_of_what_was_never_to_be_sent_nothing_can_be_told(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/actions/act_999/outcome", json={"outcome": "sent"})).status_code == 404
    assert (await client.post("/v1/actions/act_999/outcome", json={"outcome": "eaten"})).status_code == 422
    bob = await client.post("/v1/actions/act_999/outcome", json={"outcome": "sent"}, headers=bearer("bob"))
    assert bob.status_code == 403
