"""Do events come in, once durable, whole, and under the right customer?"""

from typing import Any

from tests.support.ingest import Ingest, end_offsets, read_events

from common.identity import IdentityKey
from guanxi_cli.local.home import Home


def event(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"e-{number}",
        "type": "order.completed",
        "time": "2026-11-20T10:00:00+08:00",
        "data": {"identifiers": {"user_id": str(number)}, "amount_minor": 100, "currency": "CNY"},
    } | changes


async def test_one_an_array_and_a_wrapped_list_come_in_and_stand_on_the_topic(servers: Home, ingest: Ingest) -> None:
    since = await end_offsets(servers.bootstrap)
    name, key = await ingest.new_source()
    for body in (event(1), [event(2), event(3)], {"events": [event(4, extra={"kept": [1, None]})]}):
        answer = await ingest.client.post("/v1/events", json=body, headers=key)
        assert answer.status_code == 200, answer.text
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    found = {event["id"]: event for event in await read_events(servers.bootstrap, name, since)}
    assert sorted(found) == ["e-1", "e-2", "e-3", "e-4"]
    own = IdentityKey.load(servers.folder / "identity.key").own_id("user_id", "4")
    kept = found["e-4"]
    assert kept.pop("recordedtime").endswith("Z")
    assert kept == event(4, extra={"kept": [1, None]}) | {
        "specversion": "1.0",
        "source": name,
        "subject": own,
        "datacontenttype": "application/json",
        "dataversion": 1,
    }


async def test_the_same_id_again_is_a_duplicate(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    answers = [await ingest.client.post("/v1/events", json=[event(1), event(1)], headers=key) for _ in range(2)]
    assert [answer.json()["accepted"] for answer in answers] == [1, 0]
    assert [answer.json()["duplicates"] for answer in answers] == [1, 2]
