"""Whatever comes at the door: is it answered with its place and advice, never a 5xx, and are good neighbours let in?"""

import gzip
import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.ingest.test_accepting import event
from tests.support.ingest import Ingest

GOOD = json.dumps(event(1))


def raw(**changes: str) -> str:
    """A good event as text, with members replaced by raw JSON."""
    members = {name: json.dumps(value) for name, value in event(2).items()} | changes
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"


def data(**changes: Any) -> str:
    return json.dumps(event(2)["data"] | changes)


REFUSED: list[tuple[str, str, str]] = [
    ("7", "schema", ""),
    ("null", "schema", ""),
    ("{}", "schema", "/id"),
    (raw(id="null"), "schema", "/id"),
    (raw(id="42"), "schema", "/id"),
    (raw(id='""'), "schema", "/id"),
    (raw(id=json.dumps("x" * 257)), "schema", "/id"),
    (raw(type="null"), "schema", "/type"),
    (raw(type='"Order Completed"'), "schema", "/type"),
    (raw(time='"yesterday"'), "schema", "/time"),
    (raw(time='"2026-11-20T10:00:00"'), "schema", "/time"),
    (raw(time='"1969-12-31T23:59:59Z"'), "schema", "/time"),
    (raw(time='"2101-01-01T00:00:00Z"'), "schema", "/time"),
    (raw(time='"9999-12-31T23:59:59-14:00"'), "schema", "/time"),
    (raw(time='"0001-01-01T00:00:00+14:00"'), "schema", "/time"),
    (raw(specversion='"0.3"'), "schema", "/specversion"),
    (raw(dataversion='"1"'), "schema", "/dataversion"),
    (raw(subject='"nobody"'), "schema", "/subject"),
    (raw(subject='"user_id:0"', data="{}", type='"page.viewed"'), "no_customer", "/data/identifiers"),
    (raw(data='"text"'), "schema", "/data"),
    (raw(data="null"), "schema", "/data/amount_minor"),
    (raw(data=data(identifiers={})), "no_customer", "/data/identifiers"),
    (raw(data=data(identifiers={"user_id": "anonymous"})), "no_customer", "/data/identifiers"),
    (raw(data=data(identifiers={"weibo": "x"})), "no_customer", "/data/identifiers"),
    (raw(data=data(identifiers={"user_id": 42})), "schema", "/data/identifiers"),
    (raw(data=data(amount_minor=-1)), "schema", "/data/amount_minor"),
    (raw(data=data(amount_minor=1.5)), "schema", "/data/amount_minor"),
    (raw(data=data(amount_minor=10**30)), "number_out_of_range", "/data/amount_minor"),
    (raw(data=data(channel="fax")), "schema", "/data/channel"),
    (raw(extra=str(2**63)), "number_out_of_range", "/extra"),
    (raw(extra="1e999"), "number_out_of_range", "/extra"),
    (raw(extra="[" + "9" * 50 + "]"), "number_out_of_range", "/extra/0"),
    (raw(extra='"a\\u0000b"'), "nul_character", "/extra"),
    (raw(source='"a\\u0000b"'), "nul_character", "/source"),
    (raw(**{"a\\u0000": "1"}), "nul_character", "/a\\u0000"),
    (raw(extra='"\\ud800"'), "lone_surrogate", "/extra"),
    (raw(source='"\\ud800"'), "lone_surrogate", "/source"),
    (raw(type='"\\ud800"'), "lone_surrogate", "/type"),
    (raw(data='{"identifiers":{"user_id":"\\ud800"}}'), "lone_surrogate", "/data/identifiers/user_id"),
    (raw(extra=json.dumps("x" * 256 * 1024)), "too_large", ""),
]

REFUSED_WHOLE: list[tuple[bytes, int, str]] = [
    (b"", 422, "not_json"),
    (b"{", 422, "not_json"),
    (b"NaN", 422, "not_json"),
    (b'{"id":NaN}', 422, "not_json"),
    (b'\xff\xfe{"a":1}', 422, "not_json"),
    (GOOD.encode("utf-16"), 422, "not_json"),
    (b'{"id":"\xff"}', 422, "not_json"),
    (b"7", 422, "no_events"),
    (b'"text"', 422, "no_events"),
    (b"[" * 5000 + b"]" * 5000, 422, "too_deep"),
    (raw(extra="[" * 40 + "]" * 40).encode(), 422, "too_deep"),
    (("[" + GOOD + "," + raw(id='"a","id":"b"') + "]").encode(), 422, "keyed_twice"),
    (raw(extra='{"k":1,"\\u006b":2}').encode(), 422, "keyed_twice"),
    (raw(source='"web"', extra='{"k":1,"k":2}').encode(), 422, "keyed_twice"),
    (json.dumps([event(number) for number in range(1, 2502)]).encode(), 413, "too_many_events"),
    (b" " * (4 * 1024 * 1024 + 1), 413, "body_too_large"),
    (gzip.compress(b" " * (20 * 1024 * 1024 + 1)), 413, "body_too_large"),
    (gzip.compress(GOOD.encode())[:-9], 422, "not_gzip"),
]


async def test_each_wrong_event_is_refused_at_its_place_and_its_neighbours_come_in(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    for number, (text, code, pointer) in enumerate(REFUSED):
        good = [json.dumps(event(1, id=f"{number}-{side}")) for side in ("left", "right")]
        body = f"[{good[0]},{text},{good[1]}]".encode()
        answer = await ingest.client.post("/v1/events", content=body, headers=key)
        assert answer.status_code == 200, (text[:200], answer.text)
        assert answer.json()["accepted"] == 2
        (refused,) = answer.json()["rejected"]
        assert (refused["index"], refused["code"], refused["pointer"]) == (1, code, pointer), (text[:200], refused)
        assert refused["message"].endswith("."), refused


async def test_a_wrong_event_alone_is_a_problem_with_the_same_code(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    for text, code, pointer in REFUSED[2:]:
        answer = await ingest.client.post("/v1/events", content=text.encode(), headers=key)
        assert answer.status_code == 422, (text[:200], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["pointer"]) == (code, pointer)


async def test_what_is_wrong_as_a_whole_is_refused_as_a_whole(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    for body, status, code in REFUSED_WHOLE:
        answer = await ingest.client.post("/v1/events", content=body, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (body[:80], answer.text)


async def test_an_event_at_the_edge_of_the_allowed_comes_in(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    allowed = [
        raw(id='"i1"', extra=str(2**63 - 1)),
        raw(id='"i2"', extra='"a\\\\u0000b"'),
        raw(id='"i3"', time='"2100-12-31T23:59:59Z"'),
        raw(id='"i4"', time="null"),
        raw(id='"i5"', time='"1970-01-01T00:00:00Z"'),
        raw(id='"i6"', extra=json.dumps("x" * 255 * 1024)),
        raw(id='"i7"', type='"identity.linked"'),
        raw(id='"i8"', data='{"identifiers":{"wecom":"wmX"},"anything":[1,{}]}', type='"shop.something-new"'),
        raw(id='"i9"', subject='"email:ann@example.com"', data="null", type='"page.viewed"'),
        raw(id='"i10"', extra='"colon \\u003a and \\": quote"'),
    ]
    for text in allowed:
        answer = await ingest.client.post("/v1/events", content=text.encode(), headers=key)
        assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}, (text[:200], answer.text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["id", "type", "source", "subject", "time", "data", "specversion", "dataversion", "future"])
EVENTS = st.dictionaries(MEMBERS, JSON, max_size=4).map(lambda changes: event(3) | changes)


@given(body=st.lists(EVENTS | JSON, max_size=3) | EVENTS | st.binary(max_size=30))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_body_makes_the_door_fail(ingest: Ingest, body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await ingest.client.post("/v1/events", content=content, headers=ingest.admin)
    assert answer.status_code in (200, 422), answer.text


async def test_who_has_no_key_or_the_wrong_one_is_told_so(ingest: Ingest) -> None:
    _, key = await ingest.new_source()
    post = ingest.client.post
    assert (await post("/v1/events", content=GOOD)).status_code == 401
    assert (await post("/v1/events", content=GOOD, headers={"X-Api-Key": "gx_nobody"})).status_code == 401
    assert (await post("/v1/sources", json={"name": "x"}, headers=key)).status_code == 403
    refused: httpx.Response = await ingest.client.get("/v1/customers/user_id:1", headers=key)
    assert refused.status_code == 403
