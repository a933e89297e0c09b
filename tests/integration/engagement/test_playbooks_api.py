"""May a playbook be read, changed and tried over HTTP? On real documents and customers of a database of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
import yaml
from tests.support.databases import Databases
from tests.support.mirror import apply, consent, dump, evaluated, interaction, received
from tests.support.web import bearer, client_of, write_keys

from common.database import Database, open_database
from engagement.app import make_app
from engagement.consumers.events import EventHandler
from engagement.settings import EngagementSettings
from engagement.usecases.current_policies import Policies
from engagement.usecases.seed_documents import seed_documents

PATH = "/v1/playbooks/win_back_high_value"
SHIPPED = Path(__file__).parents[3] / "policies" / "playbooks"
WIN_BACK = (SHIPPED / "win_back_high_value.yaml").read_text()
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
NOON = datetime.combine(TODAY, datetime.min.time(), ZoneInfo("Asia/Shanghai")) + timedelta(hours=12)


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
    keys = write_keys(tmp_path / "keys.yaml", ann=["care:read", "policies:write"], bob=["care:read"])
    settings = EngagementSettings(database_url=url, keys_file=keys, identity_key_file=tmp_path / "identity.key")
    async with client_of(make_app(settings)) as client:
        client.headers.update(bearer("ann"))
        yield client


async def put(client: httpx.AsyncClient, written: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.put(PATH, content=written.encode(), headers={"content-type": "application/yaml"} | named)


async def test_every_shipped_playbook_is_listed_by_name_in_pages(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/playbooks", params={"limit": 4})).json()
    rest = (await client.get("/v1/playbooks", params={"cursor": first["next_cursor"]})).json()
    names = [one["name"] for one in first["data"] + rest["data"]]
    assert names == sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_a_playbook_is_read_as_object_and_as_it_was_written(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH)
    assert answer.headers["etag"] == '"1"'
    assert answer.json()["author"] == "file"
    assert answer.json()["playbook"] == yaml.safe_load(WIN_BACK)
    written = await client.get(PATH, headers={"accept": "application/yaml"})
    assert written.text == WIN_BACK
    assert (await client.get("/v1/playbooks/nothing")).json()["code"] == "unknown_document"


async def test_a_change_is_a_new_version_of_its_author_and_the_old_one_stays(client: httpx.AsyncClient) -> None:
    changed = await put(client, WIN_BACK.replace("priority: 60", "priority: 61"), if_match='"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["author"], changed.json()["playbook"]["priority"]) == ("ann", 61)
    old = await client.get(PATH, params={"version": 1})
    assert old.json()["playbook"]["priority"] == 60


async def test_json_is_taken_as_well_as_yaml(client: httpx.AsyncClient) -> None:
    body = yaml.safe_load(WIN_BACK) | {"priority": 62}
    answer = await client.put(PATH, json=body, headers={"if-match": '"1"'})
    assert answer.status_code == 200
    assert answer.json()["playbook"] == body


async def test_who_names_no_version_is_428_and_who_names_an_old_one_412(client: httpx.AsyncClient) -> None:
    assert (await put(client, WIN_BACK)).status_code == 428
    assert (await put(client, WIN_BACK, if_match='"1"')).status_code == 200
    stale = await put(client, WIN_BACK, if_match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await put(client, WIN_BACK, if_none_match="*")).status_code == 412
    assert (await put(client, WIN_BACK, if_match="nonsense")).status_code == 422
    assert (await client.get(PATH)).headers["etag"] == '"2"'


async def test_a_new_name_is_made_without_a_version(client: httpx.AsyncClient) -> None:
    written = WIN_BACK.replace("name: win_back_high_value", "name: win_back_active")
    made = await client.put("/v1/playbooks/win_back_active", content=written)
    assert (made.status_code, made.json()["version"]) == (201, 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "allowed"),
    [
        ("dimension: status", "dimension: statuz", 5, "when.transition.dimension", "status"),
        ("segment_was", "segment_vas", 6, "for.0.segment_vas", "segment_was"),
        ("high_value}", "42}", 6, "for.0.segment_was", "high_value"),
        ("wecom, sms", "fax, sms", 7, "do.0.message.channels.0", "wecom"),
        ("valid_for: 7d", "valid_for: soon", 9, "valid_for", "7d"),
        ("holdout: 10%", "hold_out: 10%", 10, "hold_out", "holdout"),
        ("template: win_back,", "template: win_bach,", 7, "do.0", "win_back"),
        ("template: win_back,", "template: birthday,", 7, "do.0", "win_back"),
        ("template: win_back_neutral", "template: nothing", 13, "neutral", "win_back_neutral"),
        ("name: win_back_high_value", "name: other", 2, "name", "win_back_high_value"),
    ],
)
async def test_an_invalid_playbook_is_refused_with_its_place_and_the_live_one_stays(
    client: httpx.AsyncClient, old: str, new: str, line: int, field: str, allowed: str
) -> None:
    answer = await put(client, WIN_BACK.replace(old, new, 1), if_match='"1"')
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "document_invalid")
    assert (body["field"], allowed in body["allowed"]) == (field, True)
    assert body["line"] == line
    assert (await client.get(PATH)).headers["etag"] == '"1"'


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"a: [", b"[" * 5000, b"&a [*a]", b"- 1", b'"\\ud83d"', b"name: \x00"]
)
async def test_what_is_no_document_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.put(PATH, content=body, headers={"if-match": '"1"'})
    assert answer.status_code == 422, answer.text


async def test_only_a_key_with_the_scope_may_change_it(client: httpx.AsyncClient) -> None:
    refused = await client.put(PATH, content=WIN_BACK, headers=bearer("bob") | {"if-match": '"1"'})
    assert refused.status_code == 403


async def test_an_edit_wins_until_the_file_itself_changes(
    database: Database, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "playbooks").mkdir()
    file = tmp_path / "playbooks" / "win_back_high_value.yaml"
    file.write_text(WIN_BACK)
    await put(client, WIN_BACK.replace("priority: 60", "priority: 61"), if_match='"1"')
    async with database.transaction() as connection:
        assert await seed_documents(connection, tmp_path) == 0
    assert (await client.get(PATH)).json()["playbook"]["priority"] == 61
    file.write_text(WIN_BACK.replace("priority: 60", "priority: 62"))
    async with database.transaction() as connection:
        assert await seed_documents(connection, tmp_path) == 1
    live = (await client.get(PATH)).json()
    assert (live["version"], live["author"], live["playbook"]["priority"]) == (3, "file", 62)


async def customers(database: Database) -> None:
    """c-won is dormant and was high value, c-new was never, c-case has an open case, c-silent gave no consent."""
    handle = EventHandler(Policies(), ZoneInfo("Asia/Shanghai")).handle
    told = []
    for number, name in enumerate(("c-won", "c-new", "c-case", "c-silent", "c-active")):
        status = "active" if name == "c-active" else "dormant"
        card = evaluated(number, name, as_of=TODAY, segment="churned", status=status)
        was = "active" if name == "c-new" else "high_value"
        change = {"dimension": "segment", "from": was, "to": "churned"}
        card.data.update(cause="late", changes=[change])
        told.append(card)
        told.append(interaction(1, "page.viewed", name, identifiers={"email": f"{name}@example.com"}))
        if name != "c-silent":
            told.append(consent(1, name, True, "marketing", "*"))
    opened: dict[str, Any] = {"case_id": "case_1", "cause": "complaint", "severity": "normal"}
    opened |= {"signal": {"source": "s", "id": "1"}, "contact_due_at": "2026-11-30T00:00:00Z", "reopened": False}
    told.append(interaction(2, "case.opened", "c-case", source="guanxi.feedback", **opened))
    await apply(database, handle, received(told))


RESERVED = ("occasion", "decision", "action", "task", "contact", "outbox")


async def test_a_dry_run_says_who_would_get_what_and_who_not_and_why(
    database: Database, client: httpx.AsyncClient
) -> None:
    await customers(database)
    before = await dump(database, RESERVED)
    draft = WIN_BACK.replace("holdout: 10%", "holdout: 0%")
    answer = await client.post(f"{PATH}/dry-run", json={"document": draft, "as_of": NOON.isoformat()})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    by_customer = {one["customer"]: (one["decision"], one["reason"]) for one in body["data"]}
    assert by_customer == {
        "c-won": ("send", None),
        "c-new": ("skip", "not_for"),
        "c-case": ("skip", "open_case"),
        "c-silent": ("skip", "no_consent"),
        "c-active": ("skip", "no_occasion"),
    }
    assert body["counts"] == {
        "send": {"": 1},
        "skip": {"not_for": 1, "open_case": 1, "no_consent": 1, "no_occasion": 1},
    }
    assert (body["tried"], body["version"]) == (5, None)
    won = next(one for one in body["data"] if one["customer"] == "c-won")
    assert (won["channel"], won["would_get"]["template"]) == ("email", "win_back")
    assert all(one["zh"] and one["en"] for one in body["data"])
    assert await dump(database, RESERVED) == before


async def test_a_dry_run_of_the_live_version_takes_the_named_customers_only(
    database: Database, client: httpx.AsyncClient
) -> None:
    await customers(database)
    key = (await client.get(PATH)).headers["etag"]
    answer = await client.post(f"{PATH}/dry-run", json={"limit": 2, "as_of": NOON.isoformat()})
    assert (answer.json()["tried"], answer.json()["version"], key) == (2, 1, '"1"')
    named = await client.post(f"{PATH}/dry-run", json={"customers": ["user_id:nobody"]})
    assert named.json()["counts"] == {"skip": {"no_occasion": 1}}


async def test_a_dry_run_names_the_facts_that_are_unknown(database: Database, client: httpx.AsyncClient) -> None:
    await customers(database)
    draft = WIN_BACK.replace("{segment_was: high_value}", "{care.cf: {at_least: 10}}")
    answer = await client.post(f"{PATH}/dry-run", json={"document": draft, "as_of": NOON.isoformat()})
    won = next(one for one in answer.json()["data"] if one["customer"] == "c-won")
    assert (won["reason"], won["unknown"]) == ("unknown_facts", ["care.cf"])


async def test_an_invalid_draft_is_refused_with_its_place(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{PATH}/dry-run", json={"document": {"name": "x"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "document_invalid")


async def test_a_forecast_tells_which_playbooks_would_fire_at_which_cost_and_why_the_others_would_not(
    client: httpx.AsyncClient,
) -> None:
    changes = [
        {"dimension": "status", "from": "active", "to": "dormant", "customers": 40},
        {"dimension": "health", "from": 61, "to": 49, "customers": 3},
        {"dimension": "key_account", "from": False, "to": True, "customers": 5},
        {"dimension": "churn_band", "from": None, "to": "low", "customers": 5},
    ]
    asked = {"changes": changes, "cause": "time", "prices_minor": {"message": 5, "task": 2000}}
    told = (await client.post("/v1/playbooks/forecast", json=asked)).json()
    rows = {row["playbook"]: row for row in told["data"]}
    assert len(rows) == len(list(SHIPPED.glob("*.yaml")))
    win_back = rows["win_back_high_value"]
    assert (win_back["fires"], win_back["customers_at_most"], win_back["holdout"]) == (True, 40, 0.1)
    assert win_back["actions_at_most"] == {"message": 40, "task": 40}
    assert (rows["key_account_care"]["actions_at_most"], rows["birthday"]["reason"]) == ({"task": 3}, "other_triggers")
    assert told["actions_at_most"] == {"message": 40, "task": 43}
    assert told["cost_minor_at_most"] == 40 * 5 + 43 * 2000
    by_policy = (await client.post("/v1/playbooks/forecast", json={"changes": changes})).json()
    assert by_policy["cause"] == "policy"
    assert by_policy["actions_at_most"] == {}
    assert {row["en"] for row in by_policy["data"] if row["playbook"] == "win_back_high_value"} == {
        "no trigger on changes of this cause"
    }
    for bad in ({"changes": [{"dimension": "mood", "customers": 1}]}, {"changes": [], "cause": "whim"}, {}):
        refused = await client.post("/v1/playbooks/forecast", json=bad)
        assert refused.status_code == 422
