"""`worker`: consumers, relays and timers, never inside the web app."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module

import structlog
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from common.database import is_transient
from common.garbage import collect_less
from common.http.serve import serve_management
from common.kafka import broker_probe
from common.migrated import check_migrated
from common.settings import Settings
from common.version import code_version
from common.waiting import jitter, pause
from common.worker import Worker, run_parts, stop_on_signals

log = structlog.get_logger()


def run(service: str, settings: Settings, _arguments: Sequence[str]) -> None:
    """Work until SIGTERM or SIGINT, or until a part dies."""
    uvloop.run(_work(service, settings))


async def _work(service: str, settings: Settings) -> None:
    stop = stop_on_signals()
    version = code_version(service)
    async with AsyncExitStack() as stack:
        worker: Worker = await import_module(f"{service}.app").make_worker(settings, stack)
        management = serve_management(settings, database=worker.database, service=service, version=version)
        health = await stack.enter_async_context(management)
        health.probes["kafka"] = broker_probe(settings.kafka_bootstrap)
        await _wait_for_tables(service, worker, stop)
        collect_less()
        await run_parts(worker.parts, stop)


async def _wait_for_tables(service: str, worker: Worker, stop: asyncio.Event) -> None:
    """Wait while the database is down; raise NotMigrated when it answers and lacks tables."""
    attempt = 0
    while not stop.is_set():
        try:
            await check_migrated(service, worker.database)
            return
        except (OSError, SQLAlchemyError) as error:
            if not is_transient(error):
                raise
            log.warning("database_unreachable", error=type(error).__name__)
            await pause(stop, jitter(attempt))
            attempt += 1
