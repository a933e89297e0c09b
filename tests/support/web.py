"""How does a test talk to a web app of the chassis? In memory, or through a real server on a free port."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote

import httpx
import yaml
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Scope

from common.http.serve import serving


def write_keys(path: Path, **scopes_by_key: list[str]) -> Path:
    """A keys file in which the key gx_NAME belongs to NAME."""
    entries = [
        {"name": name, "sha256": hashlib.sha256(f"gx_{name}".encode()).hexdigest(), "scopes": scopes}
        for name, scopes in scopes_by_key.items()
    ]
    path.write_text(yaml.safe_dump(entries))
    return path


def bearer(name: str) -> dict[str, str]:
    """The header with the key of `write_keys`."""
    return {"authorization": f"Bearer gx_{name}"}


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client in memory; the app's lifespan runs; an uncaught exception is the 500 that a client would see."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The port of a real server with the chassis' settings."""
    port = free_port()
    async with serving(app, "127.0.0.1", port, asyncio.Event()):
        yield port


async def status_of(app: ASGIApp, method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> int:
    """The status of a request whose bytes no client would send; raises what the app raises."""
    raw_path, _, query = target.partition(b"?")
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
    }
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    status: int = sent[0]["status"]
    return status
