"""With which key does an import write? The demo's for its own source, else one made for this run and deleted then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import SOURCE, read_credentials
from guanxi_cli.local.problem import Problem


@asynccontextmanager
async def source_key(home: Home, source: str) -> AsyncIterator[str]:
    """A key of the source, which is made when it does not exist."""
    credentials = read_credentials(home)
    if "admin_key" not in credentials:
        raise Problem(f"{home.folder} has no credentials: run guanxi up first")
    if source == SOURCE and credentials.get("write_key"):
        yield credentials["write_key"]
        return
    headers = {"Authorization": f"Bearer {credentials['admin_key']}"}
    async with httpx.AsyncClient(base_url=home.url("ingest"), headers=headers, timeout=10) as client:
        made = await _post(client, "/v1/sources", {"name": source, "kind": "http"})
        if made.status_code not in (httpx.codes.CREATED, httpx.codes.CONFLICT):
            raise Problem(f"source {source!r} cannot be made: {made.text[:300]}")
        key = (await _post(client, f"/v1/sources/{source}/keys", {})).json()
        try:
            yield key["key"]
        finally:
            await client.delete(f"/v1/keys/{key['id']}")


async def _post(client: httpx.AsyncClient, path: str, body: dict[str, str]) -> httpx.Response:
    try:
        return await client.post(path, json=body)
    except httpx.TransportError as error:
        raise Problem(f"ingest does not answer at {client.base_url}: run guanxi up ({error})") from error
