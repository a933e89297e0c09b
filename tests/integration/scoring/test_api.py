"""Does every path of scoring answer as http-api.md section 4 says, and refuse what it cannot answer?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.scoring.desk import (
    NOW,
    TODAY,
    Desk,
    event,
    linked,
    oracle,
    oracle_card,
    order,
    partition,
)

from common.database import Database
from common.events import Event
from common.identity import IdentityKey
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from scoring.app import make_app
from scoring.domain.policy.policy import Policy
from scoring.settings import ScoringSettings
from scoring.usecases.read_cards import DRAWN


@pytest.fixture
def ann(servers: Home) -> str:
    """The own id of email:ann@example.com."""
    return IdentityKey.load(servers.folder / "identity.key").own_id("email", "ann@example.com")


@pytest_asyncio.fixture
async def api(servers: Home, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    settings = ScoringSettings(
        database_url=database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        identity_key_file=servers.folder / "identity.key",
        keys_file=servers.folder / "keys.yaml",
    )
    app = make_app(settings, now=lambda: NOW)
    headers = {"authorization": f"Bearer {read_credentials(servers)['admin_key']}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scoring", headers=headers) as client:
        yield client
    await app.state.database.close()


async def get(api: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def story(customer: str) -> list[Event]:
    """Ten visits, three orders, a bad answer and something unknown."""
    told = [event("page.viewed", customer, days_ago=number, id_=f"v-{number}") for number in range(10)]
    told += [order(customer, 20_000 + number, days_ago=40 * number, id_=f"o-{number}") for number in range(3)]
    told.append(
        event(
            "survey.answered",
            customer,
            days_ago=2,
            id_="n-1",
            rating={"kind": "nps", "value": 3, "min": 0, "max": 10},
        )
    )
    told.append(event("zebra.seen", customer, days_ago=1, id_="z-1", source="shop/eu", stripes=7))
    return told


async def test_an_order_is_on_the_card_by_any_name_of_the_customer(
    api: httpx.AsyncClient, database: Database, policy: Policy, ann: str
) -> None:
    desk = Desk(database)
    await desk.apply(story(ann))
    expected = oracle_card(ann, oracle(story(ann), desk.deployment, policy).values(), TODAY, policy)
    for name in (ann, "email:ann@example.com", "email:ANN@Example.com"):
        card = await get(api, f"/v1/customers/{name}")
        assert {name: card[name] for name in expected if name != "unknown"} == {
            name: value for name, value in expected.items() if name != "unknown"
        }
        of_scores = {name: code for name, code in card["unknown"].items() if name.split(".")[0] not in DRAWN}
        assert of_scores == expected["unknown"]
        assert card["freshness"] == {"lag_events": 0, "lag_seconds": 0.0}


async def test_a_past_day_ignores_later_events(
    api: httpx.AsyncClient, database: Database, policy: Policy, ann: str
) -> None:
    desk = Desk(database)
    await desk.apply(story(ann))
    day = TODAY - timedelta(days=30)
    known = [one for one in story(ann) if one.time.date() <= day]
    card = await get(api, f"/v1/customers/{ann}", as_of=day.isoformat())
    expected = oracle_card(ann, oracle(known, desk.deployment, policy).values(), day, policy)
    assert card["as_of"] == day.isoformat()
    assert card["scores"] == expected["scores"]
    assert card["rfm"] == expected["rfm"]


@pytest.mark.parametrize("name", ["engagement", "exchange", "evaluation", "evolution", "strength", "churn_risk"])
async def test_the_parts_of_an_explanation_sum_to_the_score_of_the_card(
    api: httpx.AsyncClient, database: Database, ann: str, name: str
) -> None:
    await Desk(database).apply(story(ann))
    card = await get(api, f"/v1/customers/{ann}")
    why = await get(api, f"/v1/customers/{ann}/explain", score=name)
    value = card["churn_risk"] if name == "churn_risk" else card["scores"][name]
    assert why["value"] == value
    assert sum(part["points"] for part in why["parts"]) == pytest.approx(value, abs=1e-6)
    told = {f"{one.source}/{one.id}" for one in story(ann)}
    assert all(set(part["events"]) <= told for part in why["parts"])
    assert why["sentence"]


async def test_an_unknown_score_cannot_be_explained(api: httpx.AsyncClient, database: Database, ann: str) -> None:
    await Desk(database).apply(story(ann))
    answer = await api.get(f"/v1/customers/{ann}/explain", params={"score": "charm"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_score")


async def test_the_timeline_pages_newest_first_through_everything_of_the_customer_and_its_aliases(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    desk = Desk(database)
    alias = next(f"c-{number}" for number in range(100) if partition(f"c-{number}") != partition(ann))
    told = [*story(ann), *(event("page.viewed", alias, days_ago=number / 3, id_=f"a-{number}") for number in range(9))]
    await desk.apply([*told, *linked(alias, ann)])
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(api, f"/v1/customers/{ann}/timeline", limit=7, **cursor)
        seen += page["data"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    own = [one for one in seen if not one["type"].startswith("identity.")]
    assert sorted((one["source"], one["id"]) for one in own) == sorted((one.source, one.id) for one in told)
    times = [datetime.fromisoformat(one["time"]) for one in seen]
    assert times == sorted(times, reverse=True)
    zebra = next(one for one in seen if one["type"] == "zebra.seen")
    assert (zebra["source"], zebra["data"]) == ("shop/eu", {"stripes": 7})


async def test_a_reader_who_waits_sees_the_event_that_came_meanwhile(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    desk = Desk(database)
    await desk.apply([order(ann, 5_000, id_="o-1")])
    waiting = asyncio.create_task(get(api, f"/v1/customers/{ann}", wait_for="shop/eu/o-2", timeout=5))
    await asyncio.wait([waiting], timeout=0.1)
    assert not waiting.done()
    await desk.apply([order(ann, 7_000, id_="o-2", source="shop/eu")])
    assert (await waiting)["rfm"]["monetary_minor"] == 12_000


async def test_waiting_in_vain_is_told_202_with_when_to_ask_again(api: httpx.AsyncClient, ann: str) -> None:
    answer = await api.get(f"/v1/customers/{ann}", params={"wait_for": "shop/never?", "timeout": 0.1})
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "1")
    assert "Nothing with the id shop/never? has arrived here" in answer.json()["detail"]
    assert "GET /v1/events/shop/never%3F at ingest" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/customers/email:nobody@example.com", 404, "unknown_customer"),
        ("/v1/customers/nobody", 422, "unreadable_customer"),
        ("/v1/customers/email:nobody@example.com?as_of=banana", 422, "malformed"),
        ("/v1/customers/email:nobody@example.com?as_of=0001-01-01", 422, "malformed"),
        ("/v1/customers/email:nobody@example.com?wait_for=o-1", 422, "event_unnamed"),
        ("/v1/customers/email:nobody@example.com/timeline?limit=0", 422, "malformed"),
        ("/v1/customers?cursor=banana", 422, "cursor_invalid"),
        ("/v1/customers?segment=banana", 422, "malformed"),
        ("/v1/customers?sort=password", 422, "malformed"),
        ("/v1/events/shop/never", 404, "unknown_event"),
        ("/v1/policies/99", 404, "unknown_policy"),
        ("/v1/customers/email:nobody@example.com?policy=99", 404, "unknown_policy"),
        ("/v1/customers/email:nobody@example.com/explain", 422, "malformed"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(api: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_only_a_written_day_is_a_day_in_whatever_asks_for_one(api: httpx.AsyncClient, ann: str) -> None:
    asked = [
        (path.replace("{customer}", ann), parameter["name"], methods["get"]["parameters"])
        for path, methods in (await get(api, "/openapi.json"))["paths"].items()
        for parameter in methods.get("get", {}).get("parameters", [])
        if "date" in {one.get("format") for one in parameter["schema"].get("anyOf", [parameter["schema"]])}
    ]
    assert len(asked) >= 20
    for path, name, parameters in asked:
        needed = {one["name"]: "strength" for one in parameters if one["in"] == "query" and one["required"]}
        answer = await api.get(path, params={**needed, name: "1764547200"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_a_day"), path
        told = f"query {name}: '1764547200' is no day to ask for: send YYYY-MM-DD, from 1970-01-01 to 2100-12-31"
        assert answer.json()["detail"] == told
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/v1/customers/batch-get", {"customers": [ann]}),
        ("/v1/scores/preview", {"interactions": []}),
        ("/v1/thresholds", {}),
        ("/v1/quality", {}),
        ("/v1/reports/base-count", {}),
        ("/v1/policies/1/what-if", {}),
    ]
    for path, body in bodies:
        refused = await api.post(path, json={**body, "as_of": 1764547200})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_a_day"), path
        assert "as_of: 1764547200 is no day to ask for" in refused.json()["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "2026-11-24T00:00:00",
        "20261124",
        "2026-W48-2",
        "2026-02-30",
        "1969-12-31",
        "2101-01-01",
        " 2026-11-24",
        "٢٠٢٦-11-24",
    ],
)
async def test_what_is_no_day_is_refused_as_it_was_sent(api: httpx.AsyncClient, sent: str) -> None:
    answer = await api.get("/v1/reports/segments", params={"as_of": sent})
    assert answer.status_code == 422
    assert f"query as_of: {sent!r} is no day to ask for" in answer.json()["detail"]


async def fill(database: Database, customers: int = 60) -> list[Event]:
    told = []
    for number in range(customers):
        told.append(event("page.viewed", f"c-{number}", days_ago=number % 7))
        told += [order(f"c-{number}", 9_000 * (number % 5), days_ago=9 * number) for _ in range(number % 4)]
    await Desk(database).apply(told)
    return told


@pytest.mark.parametrize("sort", ["-monetary_minor", "churn_risk", "-strength", "customer", "-care_priority"])
async def test_a_list_pages_through_every_customer_once_in_its_order(
    api: httpx.AsyncClient, database: Database, sort: str
) -> None:
    await fill(database)
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(api, "/v1/customers", sort=sort, limit=7, **cursor)
        seen += page["data"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(one["customer"] for one in seen) == sorted(f"c-{number}" for number in range(60))
    name = sort.removeprefix("-")
    values = [one[name] for one in seen if one[name] is not None]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert all(one[name] is None for one in seen[len(values) :])


async def test_a_list_filters_by_shown_dimensions_and_leaves_aliases_out(
    api: httpx.AsyncClient, database: Database
) -> None:
    await fill(database)
    desk = Desk(database)
    await desk.apply(linked("c-7", "c-3"))
    while await desk.judge_marked():
        pass
    everybody = (await get(api, "/v1/customers", limit=100))["data"]
    assert len(everybody) == 59
    for name in ("segment", "tier", "status", "churn_band"):
        for value in {one[name] for one in everybody} - {None}:
            found = (await get(api, "/v1/customers", limit=100, **{name: value}))["data"]
            assert {one["customer"] for one in found} == {one["customer"] for one in everybody if one[name] == value}
    assert (await get(api, "/v1/customers", stage="loyalty"))["data"] == []


@pytest.mark.parametrize("name", ["segments", "tiers"])
async def test_a_report_adds_up_and_equals_the_list_today_and_the_recount_of_the_same_day(
    api: httpx.AsyncClient, database: Database, name: str
) -> None:
    await fill(database)
    report = await get(api, f"/v1/reports/{name}")
    everybody = (await get(api, "/v1/customers", limit=100))["data"]
    assert report["customers"] == sum(row["customers"] for row in report["data"]) == 60
    assert report["monetary_minor"] == sum(one["monetary_minor"] for one in everybody)
    for row in report["data"]:
        of_it = [one for one in everybody if one[name.removesuffix("s")] == row["name"]]
        assert (row["customers"], row["monetary_minor"]) == (len(of_it), sum(one["monetary_minor"] for one in of_it))
    assert sum(row["share"] for row in report["data"]) == pytest.approx(1)
    assert sum(row["monetary_share"] for row in report["data"]) == pytest.approx(1)
    assert await get(api, f"/v1/reports/{name}", as_of=TODAY.isoformat()) == report
    early = await get(api, f"/v1/reports/{name}", as_of="2020-01-01")
    assert (early["customers"], early["monetary_minor"]) == (0, 0), "nobody was known by then"


async def test_an_order_in_a_currency_without_a_rate_is_no_purchase_and_the_card_names_it(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    foreign = event("order.completed", ann, amount_minor=500, currency="EUR", order_id="far away")
    await Desk(database).apply([foreign, order(ann, order_id="at home")])
    card = await get(api, f"/v1/customers/{ann}")
    assert card["orders_without_rate"] == ["far away"]
    assert (card["rfm"]["frequency"], card["rfm"]["monetary_minor"]) == (1, 10_000)


async def test_batch_get_answers_in_the_order_asked_and_names_who_is_missing(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    await Desk(database).apply([order(ann), order("c_aaaaaaaaaaaaaaaaaaaaaaaaaa")])
    asked = ["c_aaaaaaaaaaaaaaaaaaaaaaaaaa", "email:nobody@example.com", "email:ann@example.com"]
    answer = await api.post("/v1/customers/batch-get", json={"customers": asked})
    assert answer.status_code == 200
    assert [one["customer"] for one in answer.json()["data"]] == [asked[0], ann]
    assert answer.json()["missing"] == [asked[1]]
    assert answer.json()["data"][1]["scores"] == (await get(api, f"/v1/customers/{ann}"))["scores"]


async def test_a_preview_is_the_card_of_those_events_and_stores_nothing(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    import msgspec

    from common.events import encode_event

    told = [msgspec.json.decode(encode_event(one)) for one in story(ann)]
    question = {"interactions": told, "as_of": TODAY.isoformat()}
    preview = (await api.post("/v1/scores/preview", json=question)).json()
    async with database.transaction() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM ledger"))).scalar_one() == 0
    await Desk(database).apply(story(ann))
    card = await get(api, f"/v1/customers/{ann}")
    assert preview == {name: value for name, value in card.items() if name != "freshness"}
    cuts = {"thresholds": {"monetary": [1, 2, 3, 4]}}
    other = (await api.post("/v1/scores/preview", json=question | cuts)).json()
    assert (other["rfm"]["m"], preview["rfm"]["m"]) == (5, 3)
    assert other["versions"]["thresholds"] == "preview"


@pytest.mark.parametrize(
    ("interaction", "pointer"),
    [
        ({"type": "order.completed", "time": "2026-11-20T10:00:00+08:00", "data": {"currency": "CNY"}}, "amount_minor"),
        ({"type": "page.viewed", "time": "yesterday"}, "/interactions/0"),
        ({"type": "page.viewed"}, "/interactions/0"),
    ],
)
async def test_a_malformed_preview_names_the_place(
    api: httpx.AsyncClient, interaction: dict[str, Any], pointer: str
) -> None:
    answer = await api.post("/v1/scores/preview", json={"interactions": [interaction]})
    assert answer.status_code == 422
    assert pointer in answer.json()["errors"][0]["pointer"]


async def test_an_event_is_found_by_source_and_id_with_its_place(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    await Desk(database).apply(story(ann))
    found = await get(api, "/v1/events/shop/eu/z-1")
    assert (found["source"], found["id"], found["customer"]) == ("shop/eu", "z-1", ann)
    assert (found["topic"], found["partition"]) == ("guanxi.interactions.v1", partition(ann))
    assert found["event"]["data"] == {"stripes": 7}
    assert await get(api, "/v1/events", source="shop/eu", id="z-1") == found


async def test_the_loaded_policy_and_its_thresholds_are_told(api: httpx.AsyncClient) -> None:
    (row,) = (await get(api, "/v1/policies"))["data"]
    assert (row["version"], row["in_force"]) == ("1", True)
    assert (await get(api, "/v1/policies/1"))["policy"]["tier"]["guard_days"] == 30
    (fixed,) = (await get(api, "/v1/thresholds"))["data"]
    assert fixed["version"] == "fixed"
    assert fixed["churn"] == {"h": 90, "r": 0.5, "alpha": 60}


async def test_without_a_key_nothing_is_told(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/customers", headers={"authorization": ""})
    assert answer.status_code == 401


def test_noon_of_the_desk_is_its_day() -> None:
    assert date(NOW.year, NOW.month, NOW.day) == TODAY
