"""Scoring's web app over the test's database, asked with the admin key or another of the home's keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from tests.integration.scoring.desk import NOW

from common.database import Database
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from scoring.app import make_app
from scoring.settings import ScoringSettings


@asynccontextmanager
async def open_api(servers: Home, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """The app whose clock stands still at NOW."""
    settings = ScoringSettings(
        database_url=database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        identity_key_file=servers.folder / "identity.key",
        keys_file=servers.folder / "keys.yaml",
    )
    app = make_app(settings, now=lambda: NOW)
    headers = {"authorization": f"Bearer {read_credentials(servers)['admin_key']}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scoring", headers=headers) as client:
        yield client
    await app.state.database.close()


async def ask(api: httpx.AsyncClient, method: str, path: str, status: int = 200, /, **request: Any) -> Any:
    """The JSON of an answer that has this status."""
    answer = await api.request(method, path, **request)
    assert answer.status_code == status, answer.text
    return answer.json()
