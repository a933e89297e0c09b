"""How does a test run ingest? Its web app in this process, its worker's parts, and sources with keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import msgspec
import uvicorn
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from tests.support.waiting import until

from common.events import INTERACTIONS
from common.worker import Part
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from ingest.app import make_app, make_worker
from ingest.settings import IngestSettings

PARTITIONS = 6


def settings_of(home: Home, database_url: str, **changes: Any) -> IngestSettings:
    """Settings as the local run gives them."""
    told: dict[str, Any] = {
        "database_url": database_url,
        "kafka_bootstrap": home.bootstrap,
        "identity_key_file": home.folder / "identity.key",
        "keys_file": home.folder / "keys.yaml",
        "policies_dir": home.folder,
    }
    return IngestSettings(**(told | changes))


class Ingest:
    """A running web app of ingest, asked by HTTP."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, admin_key: str) -> None:
        self.app = app
        self.client = client
        self.admin = {"Authorization": f"Bearer {admin_key}"}

    async def new_source(self, **settings: Any) -> tuple[str, dict[str, str]]:
        """The name of a new source, this test's alone, and headers with a key of it."""
        name = f"s-{uuid4().hex[:12]}"
        made = await self.client.post(
            "/v1/sources", json={"name": name, "kind": "http", "settings": settings}, headers=self.admin
        )
        assert made.status_code == 201, made.text
        key = await self.client.post(f"/v1/sources/{name}/keys", headers=self.admin)
        assert key.status_code == 201, key.text
        return name, {"Authorization": f"Bearer {key.json()['key']}"}


@asynccontextmanager
async def running_api(home: Home, settings: IngestSettings) -> AsyncIterator[Ingest]:
    """The web app with its lifespan, without a socket."""
    app = make_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ingest") as client,
    ):
        yield Ingest(app, client, str(read_credentials(home)["admin_key"]))


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """The URL of the app on a free port of this machine, for clients that know only sockets."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning"))
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started or task.done()

    await until(started, what="the server")
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def running_worker(settings: IngestSettings, *parts: str) -> AsyncIterator[None]:
    """The named parts of the worker; none: all."""
    async with AsyncExitStack() as stack:
        worker = await make_worker(settings, stack)
        stop = asyncio.Event()
        chosen = [part for name, part in worker.parts.items() if not parts or name in parts]
        async with asyncio.TaskGroup() as group:
            for part in chosen:
                group.create_task(_run(part, stop))
            try:
                yield
            finally:
                stop.set()


async def _run(part: Part, stop: asyncio.Event) -> None:
    await part(stop)


async def end_offsets(bootstrap: str) -> dict[TopicPartition, int]:
    """Where the topic of interactions ends now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        found: dict[TopicPartition, int] = await consumer.end_offsets(
            [TopicPartition(INTERACTIONS, partition) for partition in range(PARTITIONS)]
        )
        return found
    finally:
        await consumer.stop()


async def read_events(bootstrap: str, source: str, since: dict[TopicPartition, int]) -> list[dict[str, Any]]:
    """Every event of a source (and of its own sub-sources) on the topic since the given offsets."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        consumer.assign(list(since))
        ends = await consumer.end_offsets(list(since))
        for place, offset in since.items():
            consumer.seek(place, offset)
        found: list[dict[str, Any]] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    event = msgspec.json.decode(record.value)
                    if event["source"].partition(":")[0] == source:
                        assert record.key.decode() == event["subject"]
                        found.append(event)
        return found
    finally:
        await consumer.stop()


@asynccontextmanager
async def cuttable(url: str) -> AsyncIterator["Cut"]:
    """A way to a server that can be cut: `url` with another port, until `cut()` closes it."""
    cut = Cut(url)
    await cut.mend()
    try:
        yield cut
    finally:
        await cut.cut()


class Cut:
    """A TCP proxy in front of the host and port of a URL."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """The URL through the proxy."""
        netloc = self._address.netloc.replace(f":{self._address.port}", f":{self._port}")
        return self._address._replace(netloc=netloc).geturl()

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._address.hostname, self._address.port)
        self._writers |= {writer, back}
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, OSError):
        pass
    finally:
        writer.close()
