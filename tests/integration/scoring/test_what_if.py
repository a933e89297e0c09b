"""Does a what-if judge everybody by both policies, go on where it was, and write nothing else?"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from tests.integration.scoring.desk import (
    NOW,
    PARTITIONS,
    TODAY,
    Desk,
    deployment,
    event,
    linked,
    messages,
    order,
    rows,
)
from tests.integration.scoring.test_daily import fire_all
from tests.integration.scoring.test_policy_life import changed
from tests.integration.scoring.web import ask, open_api, with_key

from common.database import Database
from guanxi_cli.local.home import Home
from scoring.jobs.runs import STEPS
from scoring.usecases.step_job import step_job

CUSTOMERS = [f"c_{letter * 26}" for letter in "abcdefghijklmnopqrstuvwx"]


SECOND = {"authorization": "Bearer gx_second"}


@pytest_asyncio.fixture
async def api(servers: Home, database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    keys_file = with_key(servers, tmp_path / "keys.yaml", name="second", key="gx_second", scopes=["policies:write"])
    async with open_api(servers, database, keys_file=keys_file) as client:
        yield client


async def step(database: Database) -> bool:
    """One step, by a worker that has just begun: it knows nothing of the steps before."""
    async with database.transaction() as connection:
        return await step_job(connection, STEPS, deployment=deployment(NOW))


async def cards(api: httpx.AsyncClient, policy: str) -> dict[str, dict[str, Any]]:
    asked = {"customers": CUSTOMERS}
    told = await ask(api, "POST", f"/v1/customers/batch-get?policy={policy}", json=asked)
    return {card["customer"]: card for card in told["data"]}


async def test_a_what_if_tells_who_would_stand_elsewhere_though_its_worker_changes_at_every_page(
    api: httpx.AsyncClient, database: Database
) -> None:
    desk = Desk(database)
    story = [event("page.viewed", customer, days_ago=number) for number, customer in enumerate(CUSTOMERS)]
    for number, customer in enumerate(CUSTOMERS):
        story += [order(customer, 10_000 * (number + 1), days_ago=days) for days in (170 - number, 20 + 7 * number)]
    await desk.apply([*story, *linked("a-1", CUSTOMERS[0]), order("a-1", 900_000, days_ago=3)])
    before = await rows(database, "SELECT subject, body, published FROM state ORDER BY subject")
    told = await rows(database, "SELECT count(*) FROM outbox")

    body = changed("status.dormant_from_days", 61)
    body["thresholds"] = {**body["thresholds"], "key_account_minor": 300_000}
    await ask(api, "POST", "/v1/policies", 201, json={"policy": body, "version": "draft"})
    answer = await api.post("/v1/policies/draft/what-if", json={"movers": 3})
    assert answer.status_code == 202
    path = answer.headers["location"]
    assert answer.json()["total"] == len(CUSTOMERS) + 1
    done = []
    while await step(database):
        job = await ask(api, "GET", path)
        done.append((job["state"], job["done"]))
    assert [state for state, _ in done] == ["running"] * (PARTITIONS - 1) + ["done"]
    assert done == sorted(done, key=lambda one: one[1])
    assert done[-1][1] == len(CUSTOMERS) + 1

    found = job["result"]
    live, draft = await cards(api, "1"), await cards(api, "draft")
    assert (found["as_of"], found["customers"], found["currency"]) == (TODAY.isoformat(), len(CUSTOMERS), "CNY")
    assert (found["live"], found["draft"]) == (
        {"policy": "1", "thresholds": "fixed"},
        {"policy": "draft", "thresholds": "fixed"},
    )
    for one in found["dimensions"]:
        name = one["dimension"]
        expected = Counter((live[id_][name], draft[id_][name]) for id_ in live)
        assert {(cell["from"], cell["to"]): cell["customers"] for cell in one["matrix"]} == expected
    moved = {one["dimension"]: one["moved"] for one in found["dimensions"]}
    assert moved["status"] > 0
    assert moved["key_account"] > 0
    assert [one["customer"] for one in found["movers"]] == sorted(
        (id_ for id_ in live if any(live[id_][name] != draft[id_][name] for name in moved)),
        key=lambda id_: (-live[id_]["rfm"]["monetary_minor"], id_),
    )[:3]
    assert await rows(database, "SELECT subject, body, published FROM state ORDER BY subject") == before
    assert await rows(database, "SELECT count(*) FROM outbox") == told
    assert await rows(database, "SELECT partial FROM job") == [(None,)]

    # What was foretold is what a publication tells.
    await ask(api, "POST", "/v1/policies/draft/publish", headers=SECOND)
    await fire_all(database, desk)
    changes = [change for one in (await messages(database))[told[0][0] :] for change in one["data"].get("changes", ())]
    foretold = {
        (one["dimension"], one["from"], one["to"]): one["customers"]
        for one in found["changes"]
        if one["dimension"] != "health"
    }
    assert Counter((one["dimension"], one["from"], one["to"]) for one in changes) == foretold


async def test_a_what_if_says_what_it_cannot_see_and_refuses_what_it_does_not_know(api: httpx.AsyncClient) -> None:
    body = changed("kinds.cart", {"types": ["cart.updated"], "engagement": {"points": 1, "cap": 2}})
    await ask(api, "POST", "/v1/policies", 201, json={"policy": body, "version": "draft"})
    job = await ask(api, "POST", "/v1/policies/draft/what-if", 202)
    assert job["params"]["notes"][0].startswith("Which events count as cart differs: ")
    assert job["params"]["as_of"] == TODAY.isoformat()
    assert (await ask(api, "POST", f"/v1/jobs/{job['id']}/cancel"))["state"] == "cancelled"
    assert "GET /v1/policies" in (await ask(api, "POST", "/v1/policies/none/what-if", 404))["detail"]
    unknown = await ask(api, "POST", "/v1/policies/draft/what-if", 404, json={"thresholds": "none"})
    assert "GET /v1/thresholds" in unknown["detail"]
    bad = {"thresholds": {"recency": [4, 3, 2, 1]}}
    assert "thresholds.recency" in (await ask(api, "POST", "/v1/policies/draft/what-if", 422, json=bad))["detail"]
    await ask(api, "POST", "/v1/policies/draft/what-if", 422, json={"movers": 1001})
