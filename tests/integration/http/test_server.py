"""What does a real server do with bytes that no client library would send, and when it is told to stop?"""

import asyncio
import gzip
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Request
from starlette.types import Receive, Scope, Send
from tests.support.web import free_port, served, write_keys

from common.http.app import PUBLIC, create_app
from common.http.body import MAX_BODY, MAX_INFLATED, read_body
from common.http.guard import parse_json
from common.http.keys import Keys
from common.http.serve import PortUnavailable, run_api, serving
from common.settings import Settings

router = APIRouter()
SCOPES = {"POST /raw": PUBLIC, "GET /things/{name}": PUBLIC, "GET /slow": PUBLIC}


@router.post("/raw")
async def take_raw(request: Request) -> dict[str, Any]:
    return {"value": parse_json(await read_body(request))}


@router.get("/things/{name}")
async def get_thing(name: str) -> dict[str, Any]:
    return {"name": name}


@router.get("/slow")
async def answer_when_told(request: Request) -> dict[str, Any]:
    request.app.state.reached.set()
    await request.app.state.told.wait()
    return {"done": True}


def make_app(folder: Path) -> Any:
    app = create_app(
        title="t",
        version="1",
        description="For tests.",
        scopes=SCOPES,
        routers=[router],
        keys=Keys(write_keys(folder / "keys.yaml")),
    )
    app.state.reached, app.state.told = asyncio.Event(), asyncio.Event()
    return app


@pytest_asyncio.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    async with served(make_app(tmp_path)) as port:
        yield port


@pytest_asyncio.fixture
async def client(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


async def answer_to(port: int, sent: bytes) -> bytes:
    """The first bytes of the answer on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(5):
        answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /things/a HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 60_000 + b"\r\n\r\n", 200),
        (b"GET /things/a HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 65_600 + b"\r\n\r\n", 431),
        (b"GET /things/a HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 20_000 + b"\r\n", 431),
        (b"GET /things/a HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 1_000_000, 431),
        (b"not http at all\r\n\r\n", 400),
        (b"GET /things/\xff HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET /things/a HTTP/1.1\r\nhost: a\r\nx: \x00\r\n\r\n", 400),
        (b"GET http://elsewhere HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET /things/%00 HTTP/1.1\r\nhost: a\r\n\r\n", 422),
        (b"GET /things/a?b=%ff HTTP/1.1\r\nhost: a\r\n\r\n", 422),
        (b"GET /things/a HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \xff\xfe\r\n\r\n", 200),
    ],
    ids=["60k", "64k", "many", "endless", "noise", "raw byte", "nul header", "no path", "nul path", "query", "latin-1"],
)
async def test_odd_requests_get_an_answer_below_500(port: int, sent: bytes, status: int) -> None:
    answer = await answer_to(port, sent)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    if status != 200:
        assert b"application/problem+json" in answer


async def test_a_second_request_on_the_connection_may_have_headers_too(client: httpx.AsyncClient) -> None:
    for _ in range(8):
        assert (await client.get("/things/a", headers={"x": "a" * 60_000})).status_code == 200


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY, 200), (MAX_BODY + 1, 413), (2 * MAX_BODY, 413)])
@pytest.mark.parametrize("chunked", [True, False])
async def test_bodies_end_at_four_mebibytes(client: httpx.AsyncClient, size: int, status: int, chunked: bool) -> None:
    body = b"[" + b" " * (size - 2) + b"]"

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, size, 65_536):
            yield body[start : start + 65_536]

    answer = await client.post("/raw", content=chunks() if chunked else body)
    assert answer.status_code == status
    assert (await client.post("/raw", content=b"[1]")).json() == {"value": [1]}


@pytest.mark.parametrize("headers", [{"content-encoding": "gzip"}, {}])
async def test_gzip_is_inflated_up_to_twenty_mebibytes(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/raw", content=gzip.compress(b"[1]"), headers=headers)).json() == {"value": [1]}
    whole = gzip.compress(b"[" + b" " * (MAX_INFLATED - 2) + b"]")
    answer = await client.post("/raw", content=whole, headers=headers)
    assert answer.status_code == 200, answer.text
    bomb = gzip.compress(b"[" + b" " * MAX_INFLATED + b"]")
    assert (await client.post("/raw", content=bomb, headers=headers)).status_code == 413


def settings_on(port: int, management_port: int) -> Settings:
    return Settings(
        database_url="postgresql://nobody@127.0.0.1:1/none",
        port=port,
        management_port=management_port,
        drain_seconds=5.0,
    )


async def test_sigterm_drains_before_the_port_closes(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    settings = settings_on(free_port(), free_port())
    running = asyncio.create_task(run_api(app, settings, service="things", version="1.2.3"))
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}") as client,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.management_port}") as probe,
    ):
        while not await is_ready(probe):
            await asyncio.sleep(0.02)
        assert (await probe.get("/version")).json() == {"service": "things", "version": "1.2.3"}
        assert (await probe.get("/livez")).json()["status"] == "alive"
        assert "guanxi_http_request_seconds" in (await probe.get("/metrics")).text
        slow = asyncio.create_task(client.get("/slow"))
        await app.state.reached.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        while await is_ready(probe):
            await asyncio.sleep(0.02)
        assert (await probe.get("/readyz")).json() == {"status": "draining"}
        still = await client.get("/things/a")
        assert (still.status_code, still.headers["connection"]) == (200, "close")
        app.state.told.set()
        finished = await slow
        assert (finished.json(), finished.headers["connection"]) == ({"done": True}, "close")
        await running
        with pytest.raises(httpx.ConnectError):
            await client.get("/things/a")


async def test_clients_that_heed_connection_close_lose_no_answer(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    settings = settings_on(free_port(), free_port())
    running = asyncio.create_task(run_api(app, settings, service="things", version="1"))
    answered = asyncio.Event()

    async def ask_until_told_to_go() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}") as client:
            while True:
                answer = await client.get("/things/a")
                assert answer.status_code == 200
                answered.set()
                if answer.headers.get("connection") == "close":
                    return

    async with asyncio.timeout(20), httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.management_port}") as probe:
        while not await is_ready(probe):
            await asyncio.sleep(0.02)
        async with asyncio.TaskGroup() as clients:
            for _ in range(20):
                clients.create_task(ask_until_told_to_go())
            await answered.wait()
            os.kill(os.getpid(), signal.SIGTERM)
        await running


async def is_ready(probe: httpx.AsyncClient) -> bool:
    try:
        return (await probe.get("/readyz")).status_code == 200
    except httpx.ConnectError:
        return False


async def test_a_port_in_use_is_said_so() -> None:
    async with served(
        create_app(title="t", version="1", description="", scopes={}, routers=[], keys=Keys(None))
    ) as port:
        with pytest.raises(PortUnavailable, match=str(port)):
            async with serving(answer_nothing, "127.0.0.1", port, asyncio.Event()):
                pytest.fail("two servers on one port")


async def answer_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI app for a server that never starts."""
