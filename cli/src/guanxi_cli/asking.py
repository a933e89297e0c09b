"""How does a command ask a running system, and wait until something has happened there?"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.problem import Problem

POLL_SECONDS: Final = 0.3

Answer = dict[str, Any]


class Service:
    """One service of a system, asked with one key. Every refusal is a Problem that shows the answer.

    The answer is empty where something was waited for that has not taken effect in time (202).
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **query: str) -> Answer:
        """The JSON of a GET."""
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """The JSON of a POST."""
        return await self._ask("POST", path, json=body)

    async def until(self, path: str, found: Callable[[Answer], Any], *, seconds: float, **query: str) -> Any:
        """What `found` makes of the answer as soon as that is something; None after `seconds`."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            result = found(await self.get(path, **query))
            if result:
                return result
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def _ask(self, method: str, path: str, **request: Any) -> Answer:
        try:
            answer = await self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Problem(f"nothing answers at {self._client.base_url}: run guanxi up ({error})") from error
        if method == "GET" and answer.status_code == httpx.codes.ACCEPTED:
            return {}  # what was waited for has not taken effect yet
        if not answer.is_success:
            raise Problem(f"{method} {answer.request.url} answered {answer.status_code}: {_told(answer)}")
        found: Answer = answer.json()
        return found


def _told(answer: httpx.Response) -> str:
    """What a problem says to a person, with its line (once) where it has one; else how the answer begins."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer.text[:300]
    problem = answer.json()
    told, line = problem["detail"], f"line {problem.get('line')}"
    return f"{told} ({line})" if "line" in problem and line not in told else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The four, each asked with a key that may."""

    ingest: Service
    scoring: Service
    engagement: Service
    feedback: Service


@asynccontextmanager
async def open_services(home: Home, *, key: str | None = None) -> AsyncIterator[Services]:
    """The services of a home, asked with its own credentials, or all with one `key`. Problem when it has none."""
    credentials = read_credentials(home)
    if not credentials.get("write_key"):
        raise Problem(f"{home.folder} has no credentials: run guanxi up first")
    async with AsyncExitStack() as stack:

        async def service(name: str, usual: str) -> Service:
            headers = {"Authorization": f"Bearer {key or credentials[usual]}"}
            client = httpx.AsyncClient(base_url=home.url(name), headers=headers, timeout=30)
            return Service(await stack.enter_async_context(client))

        yield Services(
            ingest=await service("ingest", "write_key"),
            scoring=await service("scoring", "admin_key"),
            engagement=await service("engagement", "admin_key"),
            feedback=await service("feedback", "admin_key"),
        )
