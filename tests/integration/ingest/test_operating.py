"""Can an operator let producers in and out, and anyone with a key find an event, whatever is down?"""

import httpx
from sqlalchemy import text
from tests.integration.ingest.test_accepting import event
from tests.support.ingest import Ingest, cuttable, running_api
from tests.support.waiting import until

from common.database import Database
from guanxi_cli.local.home import Home
from ingest.settings import IngestSettings


async def test_a_source_is_made_listed_changed_and_shut_out(ingest: Ingest) -> None:
    client, admin = ingest.client, ingest.admin
    name, key = await ingest.new_source(per_second=50)
    again = await client.post("/v1/sources", json={"name": name}, headers=admin)
    assert (again.status_code, again.json()["code"]) == (409, "source_exists")
    changed = await client.patch(
        f"/v1/sources/{name}", json={"settings": {"silence_minutes": 5, "per_second": None}}, headers=admin
    )
    assert changed.json()["settings"] == {"silence_minutes": 5}
    listed = await client.get("/v1/sources", headers=admin)
    assert name in [source["name"] for source in listed.json()["data"]]
    shown = await client.get(f"/v1/sources/{name}", headers=admin)
    assert len(shown.json()["keys"]) == 1
    assert key["Authorization"].removeprefix("Bearer ") not in shown.text
    assert (await client.delete(f"/v1/sources/{name}", headers=admin)).status_code == 204
    assert (await client.get(f"/v1/sources/{name}", headers=admin)).status_code == 404


async def test_what_no_source_may_be_is_refused(ingest: Ingest) -> None:
    for body, code in (
        ({"name": "guanxi.scoring"}, "source_refused"),
        ({"name": "Shop"}, "source_refused"),
        ({"name": "s", "kind": "shopify"}, "source_refused"),
        ({"name": "s", "secret": "x"}, "secret_not_used"),
        ({"name": "s", "settings": {"unknown": 1}}, "malformed"),
        ({}, "malformed"),
    ):
        answer = await ingest.client.post("/v1/sources", json=body, headers=ingest.admin)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_an_idempotency_key_makes_one_key_however_often_asked(ingest: Ingest) -> None:
    name, _ = await ingest.new_source()
    headers = {**ingest.admin, "Idempotency-Key": name}
    answers = [await ingest.client.post(f"/v1/sources/{name}/keys", headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


async def test_a_revoked_key_dies_within_moments(ingest: Ingest) -> None:
    name, key = await ingest.new_source()
    assert (await ingest.client.post("/v1/events", json=event(1), headers=key)).status_code == 200
    shown = await ingest.client.get(f"/v1/sources/{name}", headers=ingest.admin)
    (one,) = shown.json()["keys"]
    assert (await ingest.client.delete(f"/v1/keys/{one['id']}", headers=ingest.admin)).status_code == 204

    async def dead() -> bool:
        return (await ingest.client.post("/v1/events", json=event(1), headers=key)).status_code == 401

    await until(dead, seconds=5, what="the key dead")


async def test_where_an_event_is_and_that_a_refused_one_is_nowhere(ingest: Ingest, database: Database) -> None:
    name, key = await ingest.new_source()
    sent = [event(1, source="web/till 1"), event(2, id="with/slash"), event(3, type="Wrong")]
    await ingest.client.post("/v1/events", json=sent, headers=key)
    found = (await ingest.client.get(f"/v1/events/{name}:web/till 1/e-1", headers=key)).json()
    assert (found["source"], found["spooled"], found["quarantined"]) == (f"{name}:web/till 1", False, False)
    assert found["offset"] >= 0
    query = await ingest.client.get("/v1/events", params={"source": name, "id": "with/slash"}, headers=key)
    assert query.json()["id"] == "with/slash"
    _, stranger = await ingest.new_source()
    assert (await ingest.client.get(f"/v1/events/{name}/e-1", headers=stranger)).status_code == 404
    async with database.transaction() as connection:
        kept = (await connection.execute(text("SELECT event_id, accepted, code, payload FROM quarantine"))).one()
    assert (kept.event_id, kept.accepted, kept.code) == ("e-3", False, "schema")
    assert b'"Wrong"' in kept.payload


async def test_an_order_that_its_dialect_cannot_read_is_accepted_into_quarantine_and_says_why(ingest: Ingest) -> None:
    name, key = await ingest.new_source()
    order = {"event": "Order Completed", "userId": "42", "messageId": "m-1", "properties": {"order_id": "1"}}
    answer = await ingest.client.post("/v1/track", json=order, headers=key)
    assert answer.json()["accepted"] == 1
    found = (await ingest.client.get(f"/v1/events/{name}/m-1", headers=key)).json()
    assert found["quarantined"]
    assert "total" in found["reason"]


async def test_older_events_are_asked_from_scoring_and_its_silence_is_no_absence(
    servers: Home, settings: IngestSettings
) -> None:
    async with running_api(servers, settings) as ingest:
        answers = {"/v1/events/shop%3Aa%2Fb/old": httpx.Response(200, json={"customer": "c_x", "offset": 7})}
        _, key = ingest.admin, ingest.admin

        def scoring(request: httpx.Request) -> httpx.Response:
            return answers.get(request.url.raw_path.decode(), httpx.Response(404))

        ask = ingest.client.get
        assert (await ask("/v1/events/shop/old", headers=key)).status_code == 503
        transport = httpx.MockTransport(scoring)
        async with httpx.AsyncClient(base_url="http://scoring", transport=transport) as client:
            ingest.app.state.scoring = client
            found = await ask("/v1/events", params={"source": "shop:a/b", "id": "old"}, headers=key)
            assert (found.json()["customer"], found.json()["offset"]) == ("c_x", 7)
            assert (await ask("/v1/events/shop/none", headers=key)).status_code == 404


async def test_with_the_database_away_known_keys_go_on_and_unknown_ones_are_told_to_wait(
    servers: Home, settings: IngestSettings
) -> None:
    async with cuttable(settings.database_url) as way:
        through = settings.model_copy(update={"database_url": way.url})
        async with running_api(servers, through) as ingest:
            name, key = await ingest.new_source()
            _, never_used = await ingest.new_source()
            assert (await ingest.client.post("/v1/events", json=event(1), headers=key)).status_code == 200
            await way.cut()
            for number in range(2, 5):
                answer = await ingest.client.post("/v1/events", json=[event(number), {}], headers=key)
                assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
            unknown = await ingest.client.post("/v1/events", json=event(9), headers=never_used)
            assert unknown.status_code == 503
            assert unknown.headers["retry-after"]
            found = await ingest.client.get(f"/v1/events/{name}/e-4", headers=key)
            assert found.json()["offset"] is not None
            await way.mend()

            async def back() -> bool:
                return (await ingest.client.post("/v1/events", json=event(9), headers=never_used)).status_code == 200

            await until(back, what="the database used again")


async def test_with_both_away_nothing_is_promised(servers: Home, settings: IngestSettings) -> None:
    async with cuttable(settings.database_url) as way:
        away = settings.model_copy(update={"database_url": way.url, "kafka_bootstrap": "127.0.0.1:1"})
        async with running_api(servers, away) as ingest:
            _, key = await ingest.new_source()
            assert (await ingest.client.post("/v1/events", json=event(1), headers=key)).status_code == 200
            await way.cut()
            for _ in range(2):
                answer = await ingest.client.post("/v1/events", json=[event(2)], headers=key)
                assert (answer.status_code, answer.json()["code"]) == (503, "not_durable")
                assert answer.headers["retry-after"]
            await way.mend()

            async def accepted() -> bool:
                answer = await ingest.client.post("/v1/events", json=[event(2)], headers=key)
                return answer.status_code == 200 and answer.json()["accepted"] == 1

            await until(accepted, what="the same events accepted")
