"""Does Segment's own Python client get its messages in, and take the answer for success?"""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from segment.analytics import Client
from tests.support.ingest import Ingest, end_offsets, read_events

from guanxi_cli.local.home import Home


@pytest.mark.parametrize("compressed", [False, True])
async def test_everything_the_client_queued_comes_in(servers: Home, ingest: Ingest, url: str, compressed: bool) -> None:
    since = await end_offsets(servers.bootstrap)
    name, key = await ingest.new_source()
    failures: list[Any] = []

    def use_client() -> None:
        client = Client(
            write_key=key["Authorization"].removeprefix("Bearer "),
            host=url,
            gzip=compressed,
            max_retries=0,
            on_error=lambda error, items: failures.append((error, items)),
        )
        client.identify("42", {"email": "ann@example.com", "name": "Ann"})
        client.track("42", "Order Completed", {"order_id": "1", "total": 159.9, "currency": "CNY"})
        client.track("42", "Tea Ceremony Booked", {"guests": 3}, timestamp=datetime(2026, 11, 1, tzinfo=UTC))
        client.page("42", "shop", "home")
        client.flush()
        client.join()

    await asyncio.to_thread(use_client)
    assert failures == []
    events = {event["type"]: event for event in await read_events(servers.bootstrap, name, since)}
    assert set(events) == {"profile.updated", "order.completed", "tea.ceremony.booked", "page.viewed"}
    assert events["order.completed"]["data"]["amount_minor"] == 15990
    assert events["profile.updated"]["data"]["identifiers"] == {"user_id": "42", "email": "ann@example.com"}
    assert datetime.fromisoformat(events["tea.ceremony.booked"]["time"]) == datetime(2026, 11, 1, tzinfo=UTC)
    assert len({event["subject"] for event in events.values()}) == 1


def messages(**common: Any) -> list[dict[str, Any]]:
    return [{"type": "track", "event": "Signed Up", "userId": "1", "messageId": f"m-{n}", **common} for n in range(2)]


async def test_the_write_key_may_stand_in_the_body_and_any_content_type_will_do(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    write_key = key["Authorization"].removeprefix("Bearer ")
    body = json.dumps({"batch": messages(), "writeKey": write_key})
    for path, content, kind in (
        ("/v1/batch", body.encode(), "text/plain"),
        ("/v1/batch/", gzip.compress(body.encode()), "application/x-www-form-urlencoded"),
        ("/v1/track", json.dumps(messages()[0] | {"writeKey": write_key}).encode(), "text/plain"),
    ):
        answer = await ingest.client.post(path, content=content, headers={"content-type": kind})
        assert (answer.status_code, answer.json()["success"]) == (200, True), answer.text
    assert answer.json() == {"success": True, "accepted": 0, "duplicates": 1, "rejected": []}
    basic = await ingest.client.post("/v1/track/", json=messages()[0], auth=(write_key, ""))
    assert basic.status_code == 200
    for unknown in ({}, {"writeKey": "nobody"}):
        assert (await ingest.client.post("/v1/batch", json={"batch": messages()} | unknown)).status_code == 401


async def test_one_bad_message_costs_no_other_and_an_order_without_amount_is_kept(ingest: Ingest) -> None:
    name, key = await ingest.new_source()
    nobody = {"type": "track", "event": "x", "messageId": "bad"}
    poor = {"type": "track", "event": "Order Completed", "userId": "1", "messageId": "poor"}
    answer = await ingest.client.post("/v1/batch", json={"batch": [*messages(), nobody, poor]}, headers=key)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 3)
    (refused,) = answer.json()["rejected"]
    assert (refused["index"], refused["id"], refused["code"]) == (2, "bad", "schema")
    found = await ingest.client.get(f"/v1/events/{name}/poor", headers=key)
    assert (found.status_code, found.json()["quarantined"]) == (200, True)


async def test_a_wrong_clock_is_set_right(servers: Home, ingest: Ingest) -> None:
    since = await end_offsets(servers.bootstrap)
    name, key = await ingest.new_source()
    ahead = datetime.now(UTC) + timedelta(days=2)
    body = {"batch": messages(timestamp=(ahead - timedelta(hours=1)).isoformat()), "sentAt": ahead.isoformat()}
    await ingest.client.post("/v1/batch", json=body, headers=key)
    for event in await read_events(servers.bootstrap, name, since):
        age = datetime.fromisoformat(event["recordedtime"]) - datetime.fromisoformat(event["time"])
        assert abs(age - timedelta(hours=1)) < timedelta(seconds=2)


async def test_a_browser_may_ask_first_and_read_the_answer(ingest: Ingest) -> None:
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    answer = await ingest.client.options("/v1/track", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (await ingest.client.options("/v1/sources", headers=asked)).status_code != 200
