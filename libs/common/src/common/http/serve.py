"""How is an app served and stopped without losing a request? Two servers in one loop, drained on SIGTERM (R17)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from common.database import Database
from common.http.health import Health, database_probe
from common.http.management import create_management_app
from common.http.protocol import BoundedProtocol
from common.settings import Settings
from common.worker import stop_on_signals

log = structlog.get_logger()

GRACE_SECONDS: Final = 10
KEEP_ALIVE_SECONDS: Final = 75


class PortUnavailable(RuntimeError):
    """A server could not listen."""


class _Server(uvicorn.Server):
    """Leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run_api(app: FastAPI, settings: Settings, *, service: str, version: str) -> None:
    """Serve an app of create_app and its management port until SIGTERM or SIGINT; then drain.

    Draining: /readyz turns 503 and every answer closes its connection for `drain_seconds`, so that clients and
    balancers go elsewhere; then the port closes and what still runs has ten seconds.
    """
    stop = stop_on_signals()
    health: Health = app.state.health
    async with (
        serving(app, settings.host, settings.port, stop) as server,
        serve_management(settings, database=app.state.database, service=service, version=version, health=health),
    ):
        log.info("api_ready", host=settings.host, port=settings.port)
        await stop.wait()
        health.draining = True
        await _drained(server, settings.drain_seconds)


@asynccontextmanager
async def serve_management(
    settings: Settings, *, database: Database | None, service: str, version: str, health: Health | None = None
) -> AsyncIterator[Health]:
    """The management port while the block runs; the worker's `Health` may be given more probes."""
    health = health or Health()
    if database is not None:
        health.probes.setdefault("database", database_probe(database))
    app = create_management_app(health=health, service=service, version=version, database=database)
    watch = asyncio.create_task(health.watch_loop())
    try:
        async with serving(app, settings.host, settings.management_port, asyncio.Event()):
            health.ready = True
            yield health
            health.draining = True
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


def _server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="none",
            http=BoundedProtocol,
            ws="none",
            lifespan="auto",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int, stop: asyncio.Event) -> AsyncIterator[uvicorn.Server]:
    """Run a server beside the block; when it dies by itself, `stop` is set and the block's end raises."""
    server = _server(app, host, port)
    task = asyncio.create_task(_serve(server))
    try:
        while not server.started:
            if task.done():
                await task
                raise PortUnavailable(f"nothing listens on {host}:{port}")
            await asyncio.wait([task], timeout=0.01)
        task.add_done_callback(lambda _: stop.set())
        yield server
    finally:
        server.should_exit = True
        await task


async def _serve(server: uvicorn.Server) -> None:
    try:
        await server.serve()
    except SystemExit as error:
        raise PortUnavailable(f"cannot serve on {server.config.host}:{server.config.port}") from error


async def _drained(server: uvicorn.Server, seconds: float) -> None:
    """Wait out the drain, or less when nobody is connected any more."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline and server.server_state.connections:
        await asyncio.sleep(0.05)
