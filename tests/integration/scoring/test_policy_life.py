"""Does a policy go from draft over its tests to the one in force, by two keys, and does a bad one change nothing?"""

from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from tests.integration.scoring.desk import Desk, deployment, event, messages, order, rows
from tests.integration.scoring.test_daily import TODAY_NOW, fire_all
from tests.integration.scoring.web import ask, open_api, with_key

from common.database import Database
from common.errors import AppError
from guanxi_cli.local.home import Home
from scoring.store.policies import add_policy, mark_published
from scoring.usecases.load_policy import load_policy

SHIPPED = Path("policies")
MAPPING: dict[str, Any] = yaml.safe_load((SHIPPED / "scoring.yaml").read_text("utf-8"))
SILENT = "a tier that was earned is kept for the days of its guard"


@pytest_asyncio.fixture
async def api(
    servers: Home, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    keys_file = tmp_path_factory.mktemp("keys") / "keys.yaml"
    with_key(servers, keys_file, name="second", key="gx_second", scopes=["policies:write"])
    async with open_api(servers, database, keys_file=keys_file) as client:
        yield client


SECOND = {"authorization": "Bearer gx_second"}


def changed(path: str, value: Any) -> dict[str, Any]:
    mapping = deepcopy(MAPPING)
    *steps, last = path.split(".")
    place = mapping
    for step in steps:
        place = place[step]
    place[last] = value
    return mapping


async def test_a_draft_is_tested_published_by_another_key_and_rolled_back_and_everybody_is_judged_again(
    api: httpx.AsyncClient, database: Database
) -> None:
    desk = Desk(database, deployment(TODAY_NOW))
    await desk.apply([event("event.attended", f"c-{number}") for number in range(3)])
    told = await ask(api, "POST", "/v1/policies", 201, json={"policy": changed("scores.engagement.half_point", 9)})
    assert (told["version"], told["state"], told["author"], told["failed"]) == ("1.2", "draft", "admin", 0)
    assert told["message"] == ("There is a policy 1 already, and versions never change: this draft is stored as 1.2.")
    rows_ = (await ask(api, "GET", "/v1/policies"))["data"]
    assert [(one["version"], one["state"], one["author"]) for one in rows_] == [
        ("1.2", "draft", "admin"),
        ("1", "in_force", "migrate"),
    ]
    full = await ask(api, "GET", "/v1/policies/1.2")
    assert full["policy"] == {**changed("scores.engagement.half_point", 9), "version": "1.2"}

    refused = await ask(api, "POST", "/v1/policies/1.2/publish", 403)
    assert "guanxi keys create --name NAME --scope policies:write" in refused["detail"]
    published = await ask(api, "POST", "/v1/policies/1.2/publish", headers=SECOND)
    assert (published["state"], published["published_by"], published["failed"]) == ("in_force", "second", 0)
    await fire_all(database, desk)
    moved = (await messages(database))[3:]
    assert {(one["data"]["cause"], one["data"]["card"]["versions"]["policy"]) for one in moved} == {("policy", "1.2")}
    assert len(moved) == 3
    again = await ask(api, "POST", "/v1/policies/1.2/publish", 409, headers=SECOND)
    assert "in force already" in again["detail"]

    assert (await ask(api, "POST", "/v1/policies/1/publish"))["published_by"] == "admin"
    await fire_all(database, desk)
    assert {one["data"]["card"]["versions"]["policy"] for one in (await messages(database))[6:]} == {"1"}
    tested = await ask(api, "POST", "/v1/policies/1.2/test")
    assert (tested["passed"], tested["failed"]) == (told["passed"], 0)
    states = {one["version"]: one["state"] for one in (await ask(api, "GET", "/v1/policies"))["data"]}
    assert states == {"1.2": "published", "1": "in_force"}


async def test_a_draft_that_fails_a_test_is_kept_and_not_published_until_the_test_says_otherwise(
    api: httpx.AsyncClient,
) -> None:
    body = changed("tier.guard_days", 0)
    told = await ask(api, "POST", "/v1/policies", 201, json={"policy": body, "version": "bold", "note": "no guard"})
    assert told["failed"] == 1
    refused = await ask(api, "POST", "/v1/policies/bold/publish", 409, headers=SECOND)
    assert refused["code"] == "policy_tests_failed"
    differs = {"tier": {"expected": "brand", "got": "distant"}}
    assert refused["failures"] == [{"name": SILENT, "differs": differs}]
    tested = await ask(api, "POST", "/v1/policies/bold/test")
    assert [one["differs"] for one in tested["tests"] if not one["passed"]] == [differs]

    shipped = (await ask(api, "GET", "/v1/policies/1"))["tests"]
    wanted = next(one for one in shipped if one["name"] == SILENT)
    wanted["expect"] = {"tier": "distant"}
    taken = await ask(api, "POST", "/v1/policies", 409, json={"policy": body, "version": "bold"})
    assert "versions never change: name another, bold.2 is free." in taken["detail"]
    assert taken["free_version"] == "bold.2"
    told = await ask(api, "POST", "/v1/policies", 201, json={"policy": body, "version": "bolder", "tests": [wanted]})
    assert (told["failed"], told["message"]) == (0, None)
    await ask(api, "POST", "/v1/policies/bolder/publish", headers=SECOND)
    # What the policy in force expects stands for the drafts after it.
    found = await ask(api, "POST", "/v1/policies/test", json={"policy": body})
    assert found["failed"] == 0
    assert (await ask(api, "POST", "/v1/policies/test", json={"policy": MAPPING}))["failed"] == 1
    # They do not close the way back.
    assert (await ask(api, "POST", "/v1/policies/1/publish", headers=SECOND))["failed"] == 0


async def test_the_way_back_runs_the_tests_that_were_shipped_and_not_those_of_a_later_file(
    api: httpx.AsyncClient, database: Database, tmp_path: Path
) -> None:
    shipped = len((await ask(api, "GET", "/v1/policies/1"))["tests"])
    body = changed("scores.engagement.half_point", 9)
    await ask(api, "POST", "/v1/policies", 201, json={"policy": body, "version": "closer"})
    await ask(api, "POST", "/v1/policies/closer/publish", headers=SECOND)
    test = {"name": "later", "as_of": "2026-11-30", "interactions": [], "expect": {"tier": "distant"}}
    (tmp_path / "scoring.yaml").write_text(yaml.safe_dump(changed("scores.engagement.half_point", 5)))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "later.yaml").write_text(yaml.safe_dump({"tests": [test]}))
    async with database.transaction() as connection:
        await load_policy(connection, tmp_path, deployment=deployment())
    back = await ask(api, "POST", "/v1/policies/closer/publish", headers=SECOND)
    assert (back["passed"], back["failed"]) == (shipped, 0)
    assert "later" not in {one["name"] for one in back["tests"]}


async def test_a_published_version_that_fails_a_shipped_test_by_now_does_not_come_back(
    api: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as connection:
        await add_policy(connection, version="bold", body=changed("tier.guard_days", 0), author="ann")
        await mark_published(connection, "bold", by="ann")
        await mark_published(connection, "1", by="migrate")
    refused = await ask(api, "POST", "/v1/policies/bold/publish", 409, headers=SECOND)
    assert [one["name"] for one in refused["failures"]] == [SILENT]


async def test_what_is_no_policy_is_refused_with_its_place_and_nothing_is_stored(api: httpx.AsyncClient) -> None:
    text = (SHIPPED / "scoring.yaml").read_text("utf-8")
    bad: list[tuple[Any, str]] = [
        ({"policy": {}}, "version: is missing"),
        ({"policy": changed("scores.trust.half_life_days", 0)}, "scores.trust.half_life_days: must be above 0"),
        ({"policy": changed("care.weights.cs", 0.5)}, "care.weights: must sum to 1"),
        ({"policy": MAPPING, "tests": [{"name": "a"}]}, "tests[0].expect: is missing"),
        ({"policy": MAPPING, "version": "a/b"}, "version: must be 1 to 64 letters"),
        ({"policy": "version: '2'\nversion: '3'\n"}, "line 2: says version twice"),
        ({"policy": text.replace("tier:\n  guard_days: 30", "tier:\n  guard_days: 3000")}, "tier.guard_days: must be"),
    ]
    for body, told in bad:
        for path in ("/v1/policies", "/v1/policies/test"):
            if path == "/v1/policies" or "version" not in body:
                refused = await ask(api, "POST", path, 422, json=body)
                assert told in refused["detail"]
    assert refused["line"] == 1 + text[: text.index("tier:\n  guard_days")].count("\n") + 1
    assert [one["version"] for one in (await ask(api, "GET", "/v1/policies"))["data"]] == ["1"]
    for path in ("test", "publish"):
        assert "GET /v1/policies lists" in (await ask(api, "POST", f"/v1/policies/none/{path}", 404))["detail"]


async def test_a_version_of_an_older_release_can_be_read_and_says_why_it_judges_no_more(
    api: httpx.AsyncClient, database: Database
) -> None:
    old = {name: section for name, section in MAPPING.items() if name != "portrait"} | {"version": "old"}
    async with database.transaction() as connection:
        await add_policy(connection, version="old", body=old, author="ann")
    assert (await ask(api, "GET", "/v1/policies/old"))["policy"] == old
    for method, path in (
        ("GET", "/v1/customers/user_id:1?policy=old"),
        ("GET", "/v1/customers/user_id:1/explain-diff?from_policy=old"),
        ("POST", "/v1/policies/old/test"),
        ("POST", "/v1/policies/old/what-if"),
        ("POST", "/v1/policies/old/publish"),
    ):
        refused = await ask(api, method, path, 422)
        assert (refused["code"], refused["version"], refused["path"]) == ("policy_outdated", "old", "portrait")
        assert "old is of an older release and judges no more: portrait is missing." in refused["detail"]
        assert "guanxi policy draft" in refused["detail"]


async def test_a_bad_policy_file_is_refused_with_its_place_and_the_policy_in_force_stays(
    api: httpx.AsyncClient, database: Database, tmp_path: Path
) -> None:
    text = (SHIPPED / "scoring.yaml").read_text("utf-8")
    (tmp_path / "tests").symlink_to((SHIPPED / "tests").absolute())
    bad = {
        text.replace("recency: [15, 30, 75, 180]", "recency: [30, 15, 75, 180]"): "thresholds.recency: cuts must not",
        text.replace("  engagement: {half_life_days: 30", "  engagement: {half_life_days: 0"): "must be above 0",
        text.replace("tier:\n  guard_days: 30", "tier:\n  guard_days: 0"): f"1 of 20 tests failed. {SILENT}",
        "tier: [": "is no YAML",
    }
    for content, told in bad.items():
        assert content != text
        (tmp_path / "scoring.yaml").write_text(content)
        with pytest.raises(AppError) as refused:
            async with database.transaction() as connection:
                await load_policy(connection, tmp_path, deployment=deployment())
        assert told in refused.value.message
        assert str(tmp_path) in refused.value.message
    assert [one["state"] for one in (await ask(api, "GET", "/v1/policies"))["data"]] == ["in_force"]


async def test_a_changed_file_comes_into_force_and_changed_tests_alone_are_no_new_version(
    api: httpx.AsyncClient, database: Database, tmp_path: Path
) -> None:
    desk = Desk(database, deployment(TODAY_NOW))
    await desk.apply([order("c-1")])
    (tmp_path / "scoring.yaml").write_text(yaml.safe_dump(changed("scores.engagement.half_point", 5)))
    async with database.transaction() as connection:
        assert await load_policy(connection, tmp_path, deployment=desk.deployment) == "1.2"
    test = {"name": "own", "as_of": "2026-11-30", "interactions": [], "expect": {"tier": "distant"}}
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "own.yaml").write_text(yaml.safe_dump({"tests": [test]}))
    async with database.transaction() as connection:
        assert await load_policy(connection, tmp_path, deployment=desk.deployment) is None
    told = await ask(api, "GET", "/v1/policies/1.2")
    assert (told["state"], told["published_by"], told["tests"]) == ("in_force", "migrate", [test])
    planned = await rows(database, "SELECT DISTINCT payload ->> 'cause' FROM timer WHERE kind = 'reevaluate'")
    assert planned == [("policy",)]
