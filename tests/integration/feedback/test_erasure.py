"""Is nothing left of an erased customer but numbers, whatever the order in which it was told?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.support.feedback_app import clerk_of, feedback_settings, meet, outbox, rows
from tests.support.mirror import apply, evaluated, identity_fact, received

from common.database import Database
from common.dead_letters import Handle
from common.events import Event
from common.identity import IdentityKey
from feedback.app import make_survey_desk
from feedback.consumers.mirror import make_handle
from feedback.settings import FeedbackSettings

NOW = datetime.now(UTC)
OTHER = "c_" + "o" * 26
MIRROR = ("first_contact", "language", "research_consent", "alias", "alias_fact")
CSAT = {"kind": "csat", "value": 1, "min": 1, "max": 5}


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> FeedbackSettings:
    return feedback_settings(database, tmp_path)


@pytest.fixture
def handle(settings: FeedbackSettings) -> Handle:
    return make_handle(make_survey_desk(settings))


@pytest.fixture
def ids(settings: FeedbackSettings) -> tuple[str, str]:
    """The customer and its alias."""
    key = IdentityKey.load(settings.identity_key_file)
    return key.own_id("user_id", "ann"), key.own_id("email", "ann@example.com")


@pytest_asyncio.fixture
async def clerk(settings: FeedbackSettings) -> Any:
    async with clerk_of(settings) as client:
        yield client


def told(id_: str, type_: str, subject: str, source: str = "shop", **data: Any) -> Event:
    return Event(id=id_, source=source, type=type_, subject=subject, time=NOW - timedelta(hours=1), data=data)


def erased(customer: str, alias: str) -> list[Event]:
    data = {"customer": customer, "aliases": [alias], "request_id": "prv_1"}
    return [told(f"prv_1:{one}", "customer.erased", one, "guanxi.ingest", **data) for one in (alias, customer)]


def life(customer: str, alias: str) -> list[Event]:
    consent = {"purpose": "research", "channel": "*", "evidence": "form"}
    return [
        *identity_fact(1, "identity.linked", alias, customer),
        told("p-1", "profile.updated", customer, profile={"language": "en"}),
        told("g-1", "consent.granted", alias, consent=consent),
        told("o-1", "order.delivered", customer, order_id="1"),
        told("s-1", "survey.answered", customer, rating=CSAT, survey="csat_delivery"),
        told("s-2", "survey.answered", alias, rating=CSAT | {"value": 5}, survey="csat_delivery"),
        told("k-1", "complaint.made", alias, complaint_id="9", touchpoint="price"),
    ]


async def remains(database: Database) -> list[Any]:
    """All that is kept, without the words, which are random."""
    queries = (
        "SELECT source, id, rating_value FROM answer ORDER BY 1, 2",
        "SELECT survey, state, reason, occasion_id FROM request ORDER BY 1, 4",
        "SELECT about, cause, state, resolution FROM customer_case ORDER BY 1",
        "SELECT source, cause FROM case_signal ORDER BY 1, 2",
        "SELECT customer FROM erased ORDER BY 1",
        *(f"SELECT * FROM {table}" for table in (*MIRROR, "relationship", "answer_text", "case_note")),  # noqa: S608
    )
    return [await rows(database, query) for query in queries]


async def names(database: Database, *ids: str) -> list[str]:
    """The tables that tell of some ids."""
    found = await rows(
        database,
        "SELECT DISTINCT table_name AS name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'customer' AND table_name <> 'erased' ORDER BY 1",
    )
    asked = {"ids": list(ids)}
    return [
        one["name"]
        for one in found
        if await rows(database, f"SELECT customer FROM {one['name']} WHERE customer = ANY(:ids)", **asked)  # noqa: S608
    ]


async def test_in_any_order_and_twice_the_end_is_the_same(
    database: Database, handle: Handle, ids: tuple[str, str]
) -> None:
    await apply(database, handle, received(life(*ids)))
    assert len(await names(database, *ids)) >= 6
    await apply(database, handle, received(erased(*ids)))
    expected = await remains(database)
    assert await names(database, *ids) == []
    assert [one["state"] for one in expected[2]] == ["closed", "closed"]
    assert {(one["state"], one["reason"]) for one in expected[1]} == {("skipped", "suppressed")}

    first, second = erased(*ids)
    batches = (
        [[*life(*ids), first, second]],
        [[first, second, *life(*ids)]],
        [[second], life(*ids), [first]],
        [[first], *([event] for event in life(*ids)), life(*ids), [second, first]],
    )
    for order in batches:
        async with database.transaction() as connection:
            for table in ("case_signal", "customer_case", "answer", "request", "erased", "timer", "outbox"):
                await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        await apply(database, handle, *map(received, order))
        assert await remains(database) == expected
        assert await names(database, *ids) == []


async def test_an_erasure_that_a_producer_tells_has_no_effect(
    database: Database, handle: Handle, ids: tuple[str, str]
) -> None:
    await apply(database, handle, received(life(*ids)))
    before = await remains(database)
    forged = [told(one.id, one.type, one.subject, "shop", **one.data) for one in erased(*ids)]
    await apply(database, handle, received(forged))
    assert await remains(database) == before


async def test_texts_and_notes_go_links_close_and_the_figures_stay(
    database: Database, handle: Handle, ids: tuple[str, str], clerk: httpx.AsyncClient
) -> None:
    customer, alias = ids
    card = evaluated(1, customer, as_of=NOW.date(), tier="brand")
    await apply(database, handle, received([*identity_fact(1, "identity.linked", alias, customer), card]))
    await meet(database, customer, days_ago=40, now=NOW)
    await meet(database, OTHER, days_ago=40, now=NOW)
    pages = []
    for one in (customer, customer, OTHER):
        asked = await clerk.post("/v1/surveys/csat_delivery/invitations", json={"customer": one})
        pages.append(urlsplit(asked.json()["url"]).path)
    for page in (pages[1], pages[2]):
        assert (await clerk.post(page, data={"satisfied": "1", "comment": "secret words"})).status_code == 200
    (case,) = (await clerk.get(f"/v1/cases?customer={customer}")).json()["data"]
    await clerk.post(f"/v1/cases/{case['id']}/note", json={"text": "secret note"})
    addresses = [f"/v1/reports/csat{query}" for query in ("", "?by=tier", "?by=survey")]
    before = [(await clerk.get(address)).json() for address in addresses]

    await apply(database, handle, received(erased(customer, alias)))
    assert [one["customer"] for one in await rows(database, "SELECT customer FROM answer")].count(OTHER) == 1
    assert len(await rows(database, "SELECT * FROM answer_text")) == 1
    assert await rows(database, "SELECT * FROM case_note") == []
    assert await names(database, customer, alias) == []
    after = [(await clerk.get(address)).json() for address in addresses]
    for one in (*before, *after):
        one.pop("freshness", None)
    assert after == before

    statuses = [(await clerk.get(page)).status_code for page in pages]
    assert statuses == [410, 410, 200]
    assert (await clerk.post(pages[0], data={"satisfied": "5"})).status_code == 410
    assert [event.id for event in await outbox(database, "case.closed")] == [f"{case['id']}:closed"]
    states = await rows(database, "SELECT state, reason FROM request ORDER BY number")
    assert states[0] == {"state": "not_sent", "reason": "suppressed"}


async def test_nothing_new_is_taken_of_an_erased_customer(
    database: Database, handle: Handle, ids: tuple[str, str], clerk: httpx.AsyncClient
) -> None:
    await apply(database, handle, received(life(*ids)), received(erased(*ids)))
    answer = {"source": "tool", "id": "1", "customer": ids[1], "survey": "csat_delivery", "rating": CSAT}
    case, _ = (await clerk.get("/v1/cases")).json()["data"]
    for path, body in (
        ("/v1/surveys/csat_delivery/invitations", {"customer": "user_id:ann"}),
        ("/v1/answers", answer | {"answered_at": NOW.isoformat()}),
        (f"/v1/cases/{case['id']}/reopen", {"note": "secret"}),
        (f"/v1/cases/{case['id']}/note", {"text": "secret"}),
    ):
        refused = await clerk.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (410, "customer_erased"), path
    assert (await clerk.get(f"/v1/cases/{case['id']}")).status_code == 200


async def test_who_asks_for_an_erased_customer_is_told_that_it_is_gone(
    database: Database, handle: Handle, ids: tuple[str, str], clerk: httpx.AsyncClient
) -> None:
    await apply(database, handle, received(life(*ids)), received(erased(*ids)))
    asked = [await clerk.post("/v1/cases", json={"customer": ids[0]}), await clerk.get(f"/v1/customers/{ids[0]}")]
    asked += [
        await clerk.get(f"/v1/{one}", params={"customer": "email:ann@example.com"})
        for one in ("answers", "cases", "surveys/csat_delivery/invitations")
    ]
    for answer, id_ in zip(asked, (ids[0], ids[0], ids[1], ids[1], ids[1]), strict=True):
        told = answer.json()
        assert (answer.status_code, told["code"], told["customer"]) == (410, "customer_erased", id_), answer.url
        assert "take it from your lists" in told["detail"]
    assert (await clerk.get("/v1/answers", params={"customer": OTHER})).json()["data"] == []


async def test_an_ask_told_to_be_sent_after_the_erasure_stays_closed(
    database: Database, handle: Handle, ids: tuple[str, str], clerk: httpx.AsyncClient
) -> None:
    await meet(database, ids[0], days_ago=40, now=NOW)
    asked = await clerk.post("/v1/surveys/csat_delivery/invitations", json={"customer": ids[0]})
    action = {"action_id": "act_1", "purpose": "research", "kind": "survey_request", "channel": "email"}
    data = action | {"request_id": asked.json()["id"], "personal": False, "template": "survey"}
    sent = told("act_1:sent", "care.sent", ids[0], "guanxi.engagement", **data)
    await apply(database, handle, received(erased(*ids)), received([sent]), received([sent]))
    (row,) = await rows(database, "SELECT state, reason, sent_at FROM request")
    assert (row["state"], row["reason"]) == ("expired", "suppressed")
    assert row["sent_at"] is not None
