"""How does a test run one service's real processes? On the run's servers, with its own database there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import httpx
from tests.support.waiting import until

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import add_key, new_key
from guanxi_cli.local.processes import Part, running, start, stop
from guanxi_cli.local.services import migrate, readiness_url, service_parts


@asynccontextmanager
async def running_service(home: Home, service: str) -> AsyncIterator[None]:
    """The service's api and worker, migrated, started and ready; stopped at the end."""
    await migrate(home, service)
    parts = service_parts(home, [service])
    try:
        for part in parts:
            start(home, part)
        for part in parts:
            await until(partial(_is_ready, home, part), what=f"{part.name} ready")
        yield
    finally:
        for part in parts:
            stop(home, part)


async def _is_ready(home: Home, part: Part) -> bool:
    assert running(home, part), home.log(part.name).read_text()
    try:
        async with httpx.AsyncClient(timeout=5.0) as client:
            return (await client.get(readiness_url(part))).is_success
    except httpx.TransportError:
        return False


def make_key(home: Home, scopes: Sequence[str]) -> str:
    """A new key of these scopes in the keys file: read by a service when it starts, and again within a second."""
    key = new_key()
    add_key(home, name=f"test-{key[-8:]}", key=key, scopes=scopes)
    return key


def client_of(home: Home, service: str, key: str) -> httpx.AsyncClient:
    """A client of the service's api."""
    return httpx.AsyncClient(base_url=home.url(service), headers={"authorization": f"Bearer {key}"}, timeout=10.0)
