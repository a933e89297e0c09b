"""Does the CloudEvents SDK get its events in, binary and structured, as the spec's HTTP binding says?"""

from datetime import UTC, datetime

import httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from tests.support.ingest import Ingest, end_offsets, read_events

from common.identity import IdentityKey
from guanxi_cli.local.home import Home


def made(**attributes: object) -> CloudEvent:
    return CloudEvent(
        attributes={
            "id": "ce-1",
            "source": "/shops/关系",
            "type": "review.posted",
            "subject": "email:ann.lee@example.com",
            "time": datetime(2026, 11, 20, 10, tzinfo=UTC),
            "correlationid": '关系 100% "quoted"',
            **attributes,
        },
        data={"rating": {"kind": "stars", "value": 4, "min": 1, "max": 5}},
    )


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
async def test_an_event_of_the_sdk_comes_in_whole(servers: Home, ingest: Ingest, url: str, write: object) -> None:
    assert callable(write)
    since = await end_offsets(servers.bootstrap)
    name, key = await ingest.new_source()
    message: HTTPMessage = write(made())
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/v1/events", content=message.body, headers={**message.headers, **key})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1), answer.text
    (event,) = await read_events(servers.bootstrap, name, since)
    own = IdentityKey.load(servers.folder / "identity.key").own_id("email", "ann.lee@example.com")
    assert (event["source"], event["subject"]) == (f"{name}:/shops/关系", own)
    assert event["correlationid"] == '关系 100% "quoted"'
    assert datetime.fromisoformat(event["time"]) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert event["data"]["rating"]["value"] == 4
    assert event["data"]["identifiers"] == {"email": "ann.lee@example.com"}


async def test_a_batch_in_the_specs_form_comes_in_and_an_empty_one_is_no_mistake(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    headers = {"content-type": "application/cloudevents-batch+json; charset=utf-8", **key}
    events = [
        {"specversion": "1.0", "id": str(number), "source": "x", "type": "a.b", "subject": "user_id:7"}
        for number in range(3)
    ]
    answer = await ingest.client.post("/v1/events", json=events, headers=headers)
    assert answer.json() == {"accepted": 3, "duplicates": 0, "rejected": []}
    answer = await ingest.client.post("/v1/events", json=[], headers=headers)
    assert answer.json() == {"accepted": 0, "duplicates": 0, "rejected": []}


async def test_data_in_base64_is_read_and_an_unknown_format_refused(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "x",
        "type": "a.b",
        "subject": "user_id:7",
        "data_base64": "e30=",
    }
    structured = {"content-type": "application/cloudevents+json", **key}
    assert (await ingest.client.post("/v1/events", json=event, headers=structured)).status_code == 200
    answer = await ingest.client.post("/v1/events", json=event | {"data_base64": "!"}, headers=structured)
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/data_base64")
    avro = {"content-type": "application/cloudevents+avro", **key}
    assert (await ingest.client.post("/v1/events", json=event, headers=avro)).status_code == 415
