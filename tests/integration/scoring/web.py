"""Scoring's web app over the test's database, asked with the admin key or another of the home's keys."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml
from tests.integration.scoring.desk import NOW

from common.database import Database
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from scoring.app import make_app
from scoring.settings import ScoringSettings


@asynccontextmanager
async def open_api(
    servers: Home, database: Database, *, keys_file: Path | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """The app whose clock stands still at NOW."""
    settings = ScoringSettings(
        database_url=database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        identity_key_file=servers.folder / "identity.key",
        keys_file=keys_file or servers.folder / "keys.yaml",
    )
    app = make_app(settings, now=lambda: NOW)
    headers = {"authorization": f"Bearer {read_credentials(servers)['admin_key']}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scoring", headers=headers) as client:
        yield client
    await app.state.database.close()


def with_key(servers: Home, file: Path, *, name: str, key: str, scopes: list[str]) -> Path:
    """A keys file that holds the home's keys and one more."""
    entries = yaml.safe_load((servers.folder / "keys.yaml").read_text())
    added = {"name": name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "scopes": scopes}
    file.write_text(yaml.safe_dump([*entries, added]))
    return file


async def ask(api: httpx.AsyncClient, method: str, path: str, status: int = 200, /, **request: Any) -> Any:
    """The JSON of an answer that has this status."""
    answer = await api.request(method, path, **request)
    assert answer.status_code == status, answer.text
    return answer.json()
