"""Does the short way to an endpoint answer as the usual way does, whatever comes?"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.support.web import bearer, client_of, write_keys

from common.errors import Malformed
from common.http.app import create_app
from common.http.keys import Keys
from ingest.api.straight import lead_straight


async def take(request: Request) -> Response:
    body: bytes = request.scope["state"]["body"]
    if body == b"wrong":
        raise Malformed("Send something else.", pointer="/a")
    if body == b"strange":
        raise HTTPException(415, "Send JSON.")
    if body == b"down":
        raise ConnectionError
    return Response(body)


router = APIRouter(routes=[Route("/v1/events", take, methods=["POST"])])


def make_app(keys: Path) -> FastAPI:
    scopes = {"POST /v1/events": "events:write"}
    return create_app(title="t", version="1", description="", scopes=scopes, routers=[router], keys=Keys(keys))


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_keys(tmp_path_factory.mktemp("keys") / "keys.yaml", writer=["events:write"], reader=["events:read"])


@pytest_asyncio.fixture(scope="module")
async def ways(keys_file: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    straight = make_app(keys_file)
    lead_straight(straight, "/v1/events")
    assert "Straight" in [type_.__name__ for type_, *_ in straight.user_middleware]
    async with client_of(make_app(keys_file)) as usual, client_of(straight) as short:
        yield [usual, short]


REQUESTS: list[dict[str, Any]] = [
    {"content": b"right"},
    {"content": b"wrong"},
    {"content": b"strange"},
    {"content": b"down"},
    {"content": b"x" * (4 * 1024 * 1024 + 1)},
    {"content": b"right", "headers": {"content-encoding": "br"}},
    {"content": b"right", "headers": bearer("reader")},
    {"content": b"right", "headers": bearer("nobody")},
    {"content": b"right", "headers": {"authorization": ""}},
    {"content": b"", "method": "GET"},
    {"content": b"right", "url": "/v1/events/"},
]


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: str(asked)[:60])
async def test_both_ways_give_the_same_answer(ways: list[httpx.AsyncClient], asked: dict[str, Any]) -> None:
    told = {"method": "POST", "url": "/v1/events"} | asked
    told["headers"] = {"x-request-id": "same"} | bearer("writer") | asked.get("headers", {})
    usual, short = [await way.request(**told) for way in ways]
    assert (usual.status_code, usual.content, usual.headers) == (short.status_code, short.content, short.headers)
