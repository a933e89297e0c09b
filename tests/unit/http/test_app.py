"""Does every route of an app stand behind the same guard, and does every refusal say what to do?"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.web import bearer, client_of, status_of, write_keys

from common import errors
from common.http.app import PUBLIC, CommitTooLate, ScopesIncomplete, create_app
from common.http.body import read_body
from common.http.guard import parse_json
from common.http.keys import Keys, Principal, admit, get_principal
from common.http.pagination import Paging
from common.http.rate_limit import Rate, RateLimiter
from common.http.transaction import open_transaction

router = APIRouter(prefix="/v1")


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    parts: list[int] = []


class ThingTaken(errors.Conflict):
    code = "thing_taken"


REFUSALS: dict[str, Exception] = {
    "malformed": errors.Malformed("Send a shorter name.", pointer="/name"),
    "absent": errors.Absent("No such thing."),
    "conflict": ThingTaken("The name is taken."),
    "forbidden": errors.Forbidden("Not yours."),
    "unauthenticated": errors.Unauthenticated("Who are you?"),
    "large": errors.TooLarge("Too large."),
    "many": errors.TooMany("Too many.", retry_after=7),
    "down": errors.Unavailable("Down.", retry_after=3),
    "refused": ConnectionRefusedError(111, "Connect call failed ('10.0.0.7', 5432)"),
    "timeout": TimeoutError(),
    "defect": KeyError("secret internals"),
}


@router.post("/things", status_code=201)
async def make_thing(thing: Thing, principal: Annotated[Principal, Depends(get_principal)]) -> dict[str, Any]:
    return {"name": thing.name, "by": principal.name}


@router.get("/things/{name}")
async def get_thing(name: str, days: int = 1) -> dict[str, Any]:
    return {"name": name, "days": days}


@router.get("/refusals/{name}")
async def refuse(name: str) -> None:
    raise REFUSALS[name]


@router.post("/raw")
@router.post("/raw/")
async def take_raw(request: Request) -> dict[str, Any]:
    value = parse_json(await read_body(request))
    key = value.get("key") if isinstance(value, dict) else None
    principal = await admit(request, key if isinstance(key, str) else None)
    return {"by": principal.name}


SCOPES = {
    "POST /v1/things": "things:write",
    "GET /v1/things/{name}": "things:read",
    "GET /v1/refusals/{name}": PUBLIC,
    "POST /v1/raw": "raw:write",
    "POST /v1/raw/": "raw:write",
}


def make_app(keys: Path, **overrides: Any) -> FastAPI:
    given: dict[str, Any] = {
        "title": "Things",
        "version": "1.2.3",
        "description": "For tests.",
        "scopes": SCOPES,
        "routers": [router],
        "keys": Keys(keys),
        "producer_paths": ["/v1/raw"],
        "keyed_in_body": ["POST /v1/raw", "POST /v1/raw/"],
    }
    return create_app(**(given | overrides))


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.yaml"
    return write_keys(path, writer=["things:write", "raw:write"], reader=["things:read"], boss=["admin"])


@pytest.fixture(scope="module")
def app(keys_file: Path) -> FastAPI:
    return make_app(keys_file)


@pytest_asyncio.fixture(scope="module")
async def client(keys_file: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(keys_file)) as client:
        yield client


async def test_no_key_is_401_with_a_challenge(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/things", json={"name": "a"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_key_is_401_and_a_key_without_the_scope_403_naming_it(client: httpx.AsyncClient) -> None:
    unknown = await client.get("/v1/things/a", headers=bearer("nobody"))
    assert (unknown.status_code, "a source's own key works at ingest alone" in unknown.json()["detail"]) == (401, True)
    lacking = await client.get("/v1/things/a", headers=bearer("writer"))
    assert (lacking.status_code, lacking.json()["required_scope"]) == (403, "things:read")
    for answer in (unknown, lacking):
        assert "`guanxi keys create --name NAME --scope things:read`" in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer gx_reader"},
        {"authorization": "bearer  gx_reader "},
        {"x-api-key": "gx_reader"},
        {"authorization": "Basic Z3hfcmVhZGVyOg=="},
        {"authorization": "Bearer gx_boss"},
    ],
)
async def test_a_key_may_stand_in_any_of_its_places(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.get("/v1/things/a", headers=headers)).status_code == 200


async def test_a_key_in_the_body_is_checked_against_the_same_scope(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/raw", json={"key": "gx_writer"})).json() == {"by": "writer"}
    assert (await client.post("/v1/raw/", json={"key": "gx_reader"})).status_code == 403
    assert (await client.post("/v1/raw", json={"key": None})).status_code == 401
    assert (await client.post("/v1/raw", json={"key": "gx_writer"}, headers=bearer("nobody"))).status_code == 401


def test_a_route_without_a_scope_stops_the_start(keys_file: Path) -> None:
    with pytest.raises(ScopesIncomplete, match=r"GET /v1/things/\{name\}"):
        make_app(keys_file, scopes={name: scope for name, scope in SCOPES.items() if "GET /v1/things" not in name})


def test_a_scope_without_a_route_stops_the_start(keys_file: Path) -> None:
    with pytest.raises(ScopesIncomplete, match="GET /v1/nothing"):
        make_app(keys_file, scopes=SCOPES | {"GET /v1/nothing": PUBLIC})


def test_a_route_that_would_commit_after_its_answer_stops_the_start(keys_file: Path) -> None:
    late = APIRouter()

    @late.get("/late")
    async def get_late(connection: Annotated[AsyncConnection, Depends(open_transaction)]) -> None:
        """Never called."""

    with pytest.raises(CommitTooLate):
        make_app(keys_file, scopes={"GET /late": PUBLIC}, routers=[late])


async def test_a_query_parameter_that_nobody_reads_is_422_and_told_which_there_are(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things/a?days=2&dayz=3", headers=bearer("reader"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert answer.json()["detail"] == "No such query parameter: dayz; there are days."
    [listed] = answer.json()["errors"]
    assert (listed["pointer"], listed["location"]) == ("/dayz", "query")
    assert (await client.get("/v1/things/a?days=2", headers=bearer("reader"))).json()["days"] == 2


async def test_a_parameter_of_a_dependency_is_one_of_the_route(keys_file: Path) -> None:
    paged = APIRouter()

    @paged.get("/v1/pages")
    async def get_pages(paging: Paging) -> dict[str, Any]:
        return {"limit": paging.limit}

    app = make_app(keys_file, scopes={"GET /v1/pages": "things:read"}, routers=[paged], keyed_in_body=[])
    async with client_of(app) as client:
        assert (await client.get("/v1/pages?limit=7", headers=bearer("reader"))).json() == {"limit": 7}
        detail = (await client.get("/v1/pages?page=2", headers=bearer("reader"))).json()["detail"]
    assert detail == "No such query parameter: page; there are cursor, limit."


async def test_a_public_path_takes_what_links_get_added_on_their_way(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/refusals/absent?from=singlemessage")).status_code == 404


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, br", "utf-8"])
async def test_another_coding_than_gzip_is_415_and_told_what_is_read(client: httpx.AsyncClient, coding: str) -> None:
    answer = await client.post("/v1/things", content=b"\x0b", headers={**bearer("writer"), "content-encoding": coding})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.headers["accept-encoding"] == "gzip"
    assert "gzip" in answer.json()["detail"]


@pytest.mark.parametrize("coding", ["identity", "GZIP", "x-gzip", ""])
async def test_a_plain_body_is_read_under_each_known_coding(client: httpx.AsyncClient, coding: str) -> None:
    headers = {**bearer("writer"), "content-encoding": coding}
    assert (await client.post("/v1/things", content=b'{"name": "a"}', headers=headers)).status_code == 201


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", None])
async def test_json_is_read_whatever_the_content_type_says(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = bearer("writer") | ({"content-type": content_type} if content_type else {})
    answer = await client.post("/v1/things", content=b'{"name": "a"}', headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b'{"name":"a","name":"b"}', "keyed_twice", "/name"),
        (b'{"name":"a\\u0000"}', "value_unstorable", "/name"),
        (b'{"name":"\\ud800"}', "value_unstorable", "/name"),
        (b'{"name":"a","parts":[1e999]}', "value_unstorable", "/parts/0"),
        (b'{"name":"a","parts":[NaN]}', "not_json", "/parts/0"),
        (b'{"name":1}', "malformed", "/name"),
        (b'{"name":"a","nam":"b"}', "malformed", "/nam"),
        (b'{"name":"a","parts":[1,"x"]}', "malformed", "/parts/1"),
    ],
)
async def test_a_bad_body_is_422_with_its_pointer(
    client: httpx.AsyncClient, body: bytes, code: str, pointer: str
) -> None:
    answer = await client.post("/v1/things", content=body, headers=bearer("writer"))
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_no_body_at_all_is_422(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/things", headers=bearer("writer"))).status_code == 422


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("malformed", 422),
        ("absent", 404),
        ("conflict", 409),
        ("forbidden", 403),
        ("unauthenticated", 401),
        ("large", 413),
        ("many", 429),
        ("down", 503),
        ("refused", 503),
        ("timeout", 503),
        ("defect", 500),
    ],
)
async def test_every_refusal_is_a_problem_with_the_common_headers(
    client: httpx.AsyncClient, name: str, status: int
) -> None:
    answer = await client.get(f"/v1/refusals/{name}", headers={"x-request-id": f"test-{name}"})
    found = answer.json()
    assert answer.status_code == found["status"] == status
    assert found["type"] == f"urn:guanxi:problem:{found['code']}"
    assert found["request_id"] == answer.headers["x-request-id"] == f"test-{name}"
    assert found["instance"] == f"/v1/refusals/{name}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not any(word in answer.text for word in ("secret", "10.0.0.7", "Traceback"))


async def test_come_back_later_says_when(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/refusals/many")).headers["retry-after"] == "7"
    assert (await client.get("/v1/refusals/refused")).headers["retry-after"] == "1"


async def test_wrong_path_and_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/nothing")).json()["code"] == "not_found"
    assert (await client.get("/v1/things/")).status_code == 404
    answer = await client.delete("/v1/things")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("sent", ["", "a b", "ä", "x" * 129, "a\tb"])
async def test_an_unsafe_request_id_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    headers = [(b"x-request-id", sent.encode())]
    answer = await client.get("/v1/nothing", headers=headers)
    assert answer.headers["x-request-id"] not in ("", sent)


@pytest.mark.parametrize(
    "path", ["/v1/things/%00", "/v1/things/%ff", "/v1/things/a?days=%00", "/v1/things/a?x=%ED%A0%80", "/%c0%80?%00=%ff"]
)
async def test_an_address_that_is_no_text_is_422(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers=bearer("reader"))).status_code == 422


async def test_only_producer_paths_take_any_origin(client: httpx.AsyncClient) -> None:
    asking = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-encoding, x-retry-count",
    }
    allowed = await client.options("/v1/raw", headers=asking)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert allowed.headers["access-control-max-age"] == "86400"
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await client.options("/v1/things", headers=asking)
    assert refused.status_code == 405
    assert "access-control-allow-origin" not in refused.headers
    simple = await client.post("/v1/raw", json={"key": "gx_no"}, headers={"origin": "https://shop.example"})
    assert (simple.status_code, simple.headers["access-control-allow-origin"]) == (401, "*")


async def test_metrics_are_labelled_with_the_route_template(client: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/v1/things/{name}", "status": "200"}
    before = REGISTRY.get_sample_value("guanxi_http_request_seconds_count", labels) or 0
    await client.get("/v1/things/some", headers=bearer("reader"))
    assert REGISTRY.get_sample_value("guanxi_http_request_seconds_count", labels) == before + 1
    lost = {"method": "ANY", "route": "unmatched", "status": "404"}
    before = REGISTRY.get_sample_value("guanxi_http_request_seconds_count", lost) or 0
    await client.get("/v1/secret-path-1")
    assert REGISTRY.get_sample_value("guanxi_http_request_seconds_count", lost) == before + 1


async def test_a_key_that_sends_too_much_is_told_when_to_come_back(keys_file: Path) -> None:
    limiter = RateLimiter(Rate(per_second=0.5, burst=2), monotonic=lambda: 100.0)
    async with client_of(make_app(keys_file, limiter=limiter)) as client:
        answers = [await client.get("/v1/things/a", headers=bearer("reader")) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit"] == '"default";r=1;t=2'
        assert answers[2].headers["retry-after"] == "2"
        assert (await client.get("/v1/things/a", headers=bearer("boss"))).status_code == 200


async def test_more_at_once_than_allowed_is_503_at_once(keys_file: Path) -> None:
    async with client_of(make_app(keys_file, max_in_flight=0)) as client:
        answer = await client.get("/v1/things/a", headers=bearer("reader"))
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"


async def test_the_description_names_scopes_keys_and_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    made = document["paths"]["/v1/things"]["post"]
    assert made["operationId"] == "make_thing"
    assert made["security"] == [{"bearer": []}, {"apiKey": []}]
    assert "things:write" in made["description"]
    assert set(made["responses"]) == {"201", "401", "403", "413", "415", "422", "429", "503", "default"}
    schema = made["responses"]["422"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert document["paths"]["/v1/refusals/{name}"]["get"]["security"] == []


async def test_the_docs_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert "//" not in page.text.replace("<!doctype html>", "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert f"/docs/{asset}" in page.text
        assert (await client.get(f"/docs/{asset}")).status_code == 200


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "parts", "key"]) | st.text(), inner)
    ),
    max_leaves=6,
)


TARGETS = st.sampled_from([b"/v1/things", b"/v1/raw", b"/v1/things/x?days=99999999999999999999999"]) | st.text(
    alphabet="/v1things%0fFE?&=+_~days", max_size=30
).map(lambda text: b"/" + text.encode())
HEADERS = st.tuples(
    st.sampled_from(
        [b"authorization", b"x-api-key", b"content-type", b"content-length", b"origin", b"x-request-id", b"traceparent"]
    ),
    st.binary(max_size=30) | st.sampled_from([b"Bearer gx_writer", b"Basic Z3hfd3JpdGVyOg==", b"Basic ====", b"1"]),
)


@settings(deadline=None, max_examples=300)
@given(
    target=TARGETS,
    body=st.binary(max_size=60) | JSONISH.map(lambda value: json.dumps(value).encode()),
    headers=st.lists(HEADERS, max_size=4),
    method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD"]),
)
async def test_no_request_makes_a_5xx(
    app: FastAPI, target: bytes, body: bytes, headers: list[tuple[bytes, bytes]], method: str
) -> None:
    assert await status_of(app, method, target, headers, body) < 500
