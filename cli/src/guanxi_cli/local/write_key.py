"""Where does the demo's write key come from? A producer key belongs to a source, so ingest itself makes it."""

import httpx

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import SOURCE, read_credentials, write_credentials
from guanxi_cli.local.problem import Problem


async def ensure_write_key(home: Home, client: httpx.AsyncClient) -> None:
    """Make the source and a key of it, unless the credentials have one."""
    credentials = read_credentials(home)
    if credentials.get("write_key"):
        return
    headers = {"Authorization": f"Bearer {credentials['admin_key']}"}
    sources = f"{home.url('ingest')}/v1/sources"
    made = await client.post(sources, json={"name": SOURCE, "kind": "http"}, headers=headers)
    if made.status_code != httpx.codes.CONFLICT:
        _expect_success(made)
    key = await client.post(f"{sources}/{SOURCE}/keys", headers=headers)
    _expect_success(key)
    write_credentials(home, write_key=key.json()["key"])


def _expect_success(answer: httpx.Response) -> None:
    if not answer.is_success:
        request = answer.request
        raise Problem(f"{request.method} {request.url} answered {answer.status_code}: {answer.text[:300]}")
