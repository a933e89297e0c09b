"""Do explain, explain-diff, history and transitions answer from what is stored, and as of any day?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.scoring.desk import NOW, TODAY, Desk, deployment, event, linked, order, rows
from tests.integration.scoring.web import open_api

from common.database import Database
from guanxi_cli.local.home import Home
from scoring.domain.explain.metrics import METRICS
from scoring.usecases.list_customers_on import BaseTooLarge, list_customers_on

ANN = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"
BOB = "c_baaaaaaaaaaaaaaaaaaaaaaaaa"


@pytest_asyncio.fixture
async def api(servers: Home, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(servers, database) as client:
        yield client


async def get(api: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await api.get(f"/v1/customers/{ANN}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


async def tell(database: Database) -> Desk:
    """A first order long ago, then three more, told day by day, and one that comes late."""
    for ago, told in (
        (100, [order(ANN, 30_000, days_ago=100, id_="o-1"), order(BOB, days_ago=100)]),
        (1, [order(ANN, 40_000 + number, days_ago=1, id_=f"o-{number + 2}") for number in range(3)]),
    ):
        await Desk(database, deployment(NOW - timedelta(days=ago))).apply(told)
    desk = Desk(database)
    await desk.apply(
        [event("event.attended", ANN, days_ago=50, id_="late"), order(ANN, 90_000, days_ago=60, id_="o-9")]
    )
    return desk


async def test_a_card_is_explained_compared_and_told_over_days(api: httpx.AsyncClient, database: Database) -> None:
    await tell(database)
    card = await get(api, "")
    for metric in METRICS[::5]:
        told = await get(api, "/explain", score=metric)
        outer, _, inner = metric.partition(".")
        value = card[outer][inner] if inner else card.get(metric, card["scores"].get(metric))
        assert told["value"] == value, metric
        assert told["sentence"] == told["sentences"]["en"]
    tier = await get(api, "/explain", score="tier", language="zh")
    assert tier["next"]["ways"][0]["steps"] == [{"step": "personal_contact", "times": 2}]
    assert tier["sentence"].startswith("关系层次为品牌关系")

    compared = await get(api, "/explain-diff", **{"from": day(30)}, score="rfm.frequency")
    assert (compared["from"]["as_of"], compared["to"]["as_of"]) == (day(30), day(0))
    (row,) = compared["data"]
    assert (row["from"], row["to"], row["points"]) == (2, 5, 3)
    whole = await get(api, "/explain-diff", **{"from": day(30), "to": day(0)})
    assert [one["score"] for one in whole["data"][:3]] == ["segment", "tier", "stage"]
    assert "Segment goes from active to high value" in whole["sentence"]

    by_rules = await get(api, "/explain-diff", from_policy=await draft(api), score="engagement")
    assert by_rules["from"]["versions"]["policy"] == "draft-1"
    assert by_rules["data"][0]["points"] == pytest.approx(sum(part["points"] for part in by_rules["data"][0]["parts"]))
    assert by_rules["data"][0]["points"] > 0

    over = await get(api, "/history", metric="segment", **{"from": day(120)})
    assert len(over["data"]) == 121
    assert over["steps"][-1] == {"day": day(1), "from": "active", "to": "high_value"}
    assert over["data"][-1] == {"day": day(0), "value": card["segment"]}


async def draft(api: httpx.AsyncClient) -> str:
    """A draft by which Engagement fades faster than by the policy in force."""
    policy = (await api.get("/v1/policies/1")).json()["policy"]
    policy["version"] = "draft-1"
    policy["scores"]["engagement"]["half_life_days"] = 5
    answer = await api.post("/v1/policies", json={"policy": policy, "note": "faster"})
    assert answer.status_code == 201, answer.text
    return "draft-1"


async def test_transitions_tell_what_was_published_and_why(api: httpx.AsyncClient, database: Database) -> None:
    desk = await tell(database)
    assert await rows(database, "SELECT count(*) FROM transition WHERE customer LIKE 'c_b%'") == [(0,)]
    told = (await get(api, "/transitions"))["data"]
    segment = next(one for one in told if one["dimension"] == "segment")
    assert (segment["from"], segment["to"], segment["cause"]) == ("potential", "high_value", "event")
    assert segment["as_of"] == day(1)
    assert [one["id"] for one in segment["caused_by"]] == ["o-2", "o-3", "o-4"]
    assert segment["sentence"].startswith(
        f"Segment went from potential to high value on {day(1)} because of a new event"
    )
    assert segment["versions"] == {"policy": "1", "thresholds": "fixed"}
    assert {one["cause"] for one in told if one["as_of"] == day(0)} <= {"late"}
    only = (await get(api, "/transitions", dimension="key_account"))["data"]
    assert [(one["from"], one["to"]) for one in only] == [(False, True)]
    assert (await get(api, "/transitions", as_of=day(2)))["data"] == []
    first = await get(api, "/transitions", limit=1)
    second = await get(api, "/transitions", limit=100, cursor=first["next_cursor"])
    assert [*first["data"], *second["data"]] == told

    await desk.apply(linked(BOB, ANN))
    assert len((await get(api, "/transitions"))["data"]) >= len(told)
    async with database.transaction() as connection:
        names = await connection.execute(text("SELECT DISTINCT cause FROM transition"))
        assert set(names.scalars()) <= {"event", "late", "merge"}


async def test_a_timeline_ends_with_the_day_that_is_asked_for(api: httpx.AsyncClient, database: Database) -> None:
    await tell(database)
    past = await get(api, "/timeline", as_of=day(60))
    assert [one["id"] for one in past["data"]] == ["o-9", "o-1"]
    assert past["as_of"] == day(60)
    assert len((await get(api, "/timeline"))["data"]) == 6


async def paged(api: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await api.get("/v1/customers", params={**query, **cursor})
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        if not answer.json()["has_more"]:
            return found
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_a_list_as_of_a_day_is_what_was_listed_then(api: httpx.AsyncClient, database: Database) -> None:
    told = [event("page.viewed", f"c-{number}", days_ago=40) for number in range(12)]
    told += [order(f"c-{number}", 9_000 * number, days_ago=35 + number) for number in range(6)]
    past = Desk(database, deployment(NOW - timedelta(days=30)))
    await past.apply(told)
    asked = {"sort": "-monetary_minor", "limit": 7}
    listed = await paged(api, **asked)
    seen = [event("page.viewed", f"c-{number}") for number in range(12)]
    await Desk(database).apply([*seen, *(order(f"c-{number}", 70_000) for number in range(4, 15))])
    assert await paged(api, **asked, as_of=day(30)) == listed
    for filters in ({"segment": "potential"}, {"tier": "brand", "sort": "churn_risk"}):
        assert await paged(api, **asked | filters, as_of=day(0)) == await paged(api, **asked | filters)
    assert await paged(api, as_of=day(100)) == []
    cards = await api.post("/v1/customers/batch-get", json={"customers": [ANN], "as_of": day(30)})
    assert (cards.status_code, cards.json()["missing"]) == (200, [ANN])
    with pytest.raises(BaseTooLarge, match="more than 10"):
        async with database.transaction() as connection:
            await list_customers_on(
                connection,
                {},
                sort="customer",
                after=None,
                limit=1,
                as_of=NOW.date(),
                deployment=past.deployment,
                most=10,
            )


REFUSED: list[tuple[str, dict[str, str], int, str]] = [
    ("/explain", {"score": "luck"}, 422, "unknown_score"),
    ("/explain-diff", {}, 422, "nothing_to_compare"),
    ("/explain-diff", {"from": "2026-01-02", "to": "2026-01-01"}, 422, "wrong_way_round"),
    ("/explain-diff", {"from_policy": "99"}, 404, "unknown_policy"),
    ("/explain-diff", {"to_thresholds": "99"}, 404, "unknown_thresholds"),
    ("/explain-diff", {"from": "banana"}, 422, "malformed"),
    ("/history", {}, 422, "malformed"),
    ("/history", {"metric": "luck"}, 422, "unknown_score"),
    ("/history", {"metric": "tier", "from": "2000-01-01"}, 422, "history_impossible"),
    ("/history", {"metric": "tier", "from": "2027-01-01"}, 422, "history_impossible"),
    ("/transitions", {"dimension": "luck"}, 422, "malformed"),
    ("/transitions", {"cursor": "banana"}, 422, "cursor_invalid"),
]


async def test_what_cannot_be_explained_is_a_problem(api: httpx.AsyncClient, database: Database) -> None:
    await Desk(database).apply([order(ANN)])
    for path, query, status, code in REFUSED:
        answer = await api.get(f"/v1/customers/{ANN}{path}", params=query)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
