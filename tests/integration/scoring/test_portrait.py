"""Does a card show habits, preferences and the portrait of its customer, and what the base buys together?"""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.scoring.desk import NOW, Desk, deployment, event, linked, order
from tests.integration.scoring.web import ask, open_api

from common.database import Database
from common.events import Event
from common.identity import IdentityKey
from guanxi_cli.local.home import Home
from scoring.jobs.runs import STEPS
from scoring.store.jobs import list_jobs
from scoring.usecases.count_category_pairs import CATEGORY_PAIRS, ask_category_pairs
from scoring.usecases.step_job import step_job


@pytest.fixture
def ann(servers: Home) -> str:
    return IdentityKey.load(servers.folder / "identity.key").own_id("email", "ann@example.com")


@pytest_asyncio.fixture
async def api(servers: Home, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with open_api(servers, database) as client:
        yield client


def basket(customer: str, *categories: str, days_ago: float = 1, id_: str | None = None) -> Event:
    items = [{"sku": each, "category": each} for each in categories]
    return order(customer, days_ago=days_ago, id_=id_, channel="web", items=items)


def life(customer: str) -> list[Event]:
    """Three orders of tea, a wish, a complaint that nobody answered."""
    wish = {"key": "drink", "value": "oolong", "confidence": 0.9}
    return [
        *(basket(customer, "tea", days_ago=7 * number, id_=f"tea-{number}") for number in range(3)),
        event("preference.stated", customer, days_ago=1, preference=wish),
        event("complaint.made", customer, days_ago=2, id_="c-1", touchpoint="delivery"),
    ]


async def count(database: Database) -> dict[str, object]:
    """Run the daily count to its end."""
    at = deployment()
    async with database.transaction() as connection:
        await ask_category_pairs(connection, at.today())
    while True:
        async with database.transaction() as connection:
            if not await step_job(connection, {CATEGORY_PAIRS: STEPS[CATEGORY_PAIRS]}, deployment=at):
                break
    async with database.transaction() as connection:
        job = (await list_jobs(connection, kind=CATEGORY_PAIRS, state=None, before=None, limit=1))[0]
    assert job.state == "done", job.error
    return job.result or {}


async def test_a_card_shows_what_is_usual_liked_and_painful_with_its_events(
    api: httpx.AsyncClient, servers: Home, database: Database, ann: str
) -> None:
    bob = IdentityKey.load(servers.folder / "identity.key").own_id("email", "bob@example.com")
    recommended = event("referral.converted", ann, referral={"code": "ANN", "referred": bob})
    await Desk(database).apply([*life(ann), recommended, order(bob, 90_000)])
    card = await ask(api, "GET", "/v1/customers/email:ann@example.com")
    interval = card["habits"]["interval"]
    assert (interval["days"], interval["events"]) == (7.0, ["shop/tea-0", "shop/tea-1", "shop/tea-2"])
    assert card["habits"]["category"]["value"] == "tea"
    stated = next(fact for fact in card["preferences"]["facts"] if fact["source"] == "stated")
    assert (stated["key"], stated["value"]) == ("drink", "oolong")
    pain = card["portrait"]["pain"]["touchpoints"][0]
    assert (pain["touchpoint"], pain["events"]) == ("delivery", ["shop/c-1"])
    assert card["portrait"]["value"]["clv_minor"] == card["clv_minor"]
    assert card["portrait"]["reply_latency"]["waiting_since"] is not None
    worth = (await ask(api, "GET", f"/v1/customers/{bob}"))["clv_minor"]
    assert (card["portrait"]["referral"]["value_minor"], card["portrait"]["referral"]["priced"]) == (worth, 1)
    assert card["unknown"]["portrait.cross_sell"] == "no_base"
    assert card["unknown"]["portrait.reply_latency.median_hours"] == "too_few"

    before = (NOW.date()).replace(day=NOW.day - 3).isoformat()
    past = await ask(api, "GET", f"/v1/customers/{ann}", params={"as_of": before})
    assert past["portrait"]["loyalty"]["repeat_purchase_days"] == 1
    assert past["unknown"]["portrait.distance"] == "not_distant"

    many = await ask(api, "POST", "/v1/customers/batch-get", json={"customers": [ann]})
    assert many["data"][0]["portrait"] is None
    assert many["data"][0]["unknown"]["portrait"] == "not_in_lists"


async def test_a_preview_draws_the_portrait_of_somebody_like_that(api: httpx.AsyncClient) -> None:
    told = [{"type": "complaint.made", "time": NOW.isoformat(), "data": {"touchpoint": "store"}}]
    card = await ask(api, "POST", "/v1/scores/preview", json={"interactions": told})
    assert card["portrait"]["pain"]["touchpoints"][0]["touchpoint"] == "store"
    assert card["unknown"]["habits"] == "no_purchase"


async def test_what_the_base_buys_together_is_offered_unless_profiling_is_refused(
    api: httpx.AsyncClient, database: Database, ann: str
) -> None:
    desk = Desk(database)
    base = [basket(f"c_{number}", "tea", "cups") for number in range(6)]
    base += [basket(f"c_{number}", "coffee") for number in range(6, 12)]
    base += [basket("c_alias", "cups", days_ago=300), *linked("c_alias", "c_7"), basket(ann, "tea", id_="tea-0")]
    await desk.apply(base)
    assert await count(database) == {"as_of": "2026-11-24", "buyers": 13, "pairs": 2}
    async with database.transaction() as connection:
        rows = await connection.execute(text("SELECT a, b, both_count, a_count, b_count, buyers FROM category_pair"))
        assert [tuple(row) for row in rows] == [("coffee", "cups", 1, 6, 7, 13), ("cups", "tea", 6, 7, 7, 13)]

    card = await ask(api, "GET", f"/v1/customers/{ann}")
    one = card["portrait"]["cross_sell"]["candidates"][0]
    assert (one["category"], one["because"], one["customers"], one["events"]) == ("cups", "tea", 6, ["shop/tea-0"])
    assert one["lift"] == pytest.approx(6 * 13 / 49)

    await desk.apply([event("consent.withdrawn", ann, consent={"purpose": "profiling", "channel": "*"})])
    refused = await ask(api, "GET", f"/v1/customers/{ann}")
    assert refused["unknown"]["portrait.cross_sell"] == "profiling_refused"
    assert (await count(database))["buyers"] == 12
