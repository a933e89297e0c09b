"""Do the reports of the base answer, equal today and as of today, and count a customer and its alias once?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from tests.integration.scoring.desk import TODAY, Desk, event, linked, order
from tests.integration.scoring.web import ask, open_api

from common.database import Database
from common.events import Event
from guanxi_cli.local.home import Home


@pytest_asyncio.fixture
async def api(servers: Home, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(servers, database) as client:
        yield client


async def fill(database: Database) -> None:
    """Forty customers who bought up to three times, one rich customer who fell silent, and an alias."""
    told: list[Event] = []
    for number in range(40):
        told.append(event("page.viewed", f"c-{number}", days_ago=number))
        told += [order(f"c-{number}", 9_000, days_ago=11 * number + 40 * again) for again in range(number % 4)]
    told += [order("c-rich", 200_000, days_ago=100 + again) for again in range(4)]
    desk = Desk(database)
    await desk.apply([*told, order("c-alias", 5_000, days_ago=3)])
    await desk.apply(linked("c-alias", "c-3"))
    while await desk.judge_marked():
        pass


async def test_reports_are_the_same_stored_and_recomputed_and_a_past_day_ignores_what_came_later(
    api: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    for name in ("segments", "stages", "lifecycle-matrix", "pareto", "retention", "recency"):
        report = await ask(api, "GET", f"/v1/reports/{name}")
        assert await ask(api, "GET", f"/v1/reports/{name}?as_of={TODAY}") == report
        assert report["as_of"] == TODAY.isoformat()
        assert report["versions"] == {"policy": "1", "thresholds": "fixed"}
        assert report["freshness"] == {"lag_events": 0, "lag_seconds": 0.0}
        assert report["sentence"]["en"]
        assert report["sentence"]["zh"]
        early = await ask(api, "GET", f"/v1/reports/{name}?as_of=2020-01-01")
        assert "yet" in early["sentence"]["en"], "nobody was known by then"


async def test_the_lifecycle_matrix_and_the_pareto_share_agree_with_the_lists(
    api: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    everybody = (await ask(api, "GET", "/v1/customers?limit=100"))["data"]
    matrix = await ask(api, "GET", "/v1/reports/lifecycle-matrix")
    assert matrix["customers"] == len(everybody) == 41
    for cell in matrix["data"]:
        of_it = [one for one in everybody if (one["stage"], one["segment"]) == (cell["stage"], cell["segment"])]
        assert (cell["customers"], cell["monetary_minor"]) == (len(of_it), _money(of_it))
    pareto = await ask(api, "GET", "/v1/reports/pareto")
    paying = sorted((one for one in everybody if one["monetary_minor"] > 0), key=lambda one: -one["monetary_minor"])
    assert pareto["top_share"] == _money(paying[: -(-len(paying) // 5)]) / _money(paying)
    assert (pareto["key_account_minor"], pareto["key_accounts"]) == (200_000, 1)


async def test_a_flow_counts_arrivals_rises_and_falls_between_two_days(
    api: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    start, end = TODAY - timedelta(days=60), TODAY
    for name in ("tier-flow", "stage-flow"):
        flow = await ask(api, "GET", f"/v1/reports/{name}?from={start}&to={end}")
        assert (flow["from"], flow["to"]) == (start.isoformat(), end.isoformat())
        assert flow["customers"] == sum(move["customers"] for move in flow["data"]) == 41
        known = flow["customers"] - flow["arrivals"]
        assert known == flow["stayed"] + flow["rises"] + flow["falls"]
        arrived = sum(move["customers"] for move in flow["data"] if move["before"] is None)
        assert arrived == flow["arrivals"] > 0
        assert flow["alarm"] == (flow["falls_share"] > flow["falls_alarm_share"] == 0.1)
    refused = await ask(api, "GET", f"/v1/reports/tier-flow?from={end}&to={end}", 422)
    assert refused["code"] == "flow_backwards"


async def test_a_rich_customer_who_fell_silent_is_warned_of(api: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    report = await ask(api, "GET", "/v1/reports/recency")
    (warning,) = report["early_warning"]
    assert (warning["customer"], warning["recency_days"], warning["monetary_minor"]) == ("c-rich", 100, 800_000)
    assert warning["churn_risk"] - warning["churn_risk_before"] >= 0.1
    assert sum(row["customers"] for row in report["data"]) == 31


def _money(rows: list[dict[str, Any]]) -> int:
    return sum(int(one["monetary_minor"]) for one in rows)
