"""What does `python -m <service>` do? One command line for every service: api, worker, migrate, dead-letters, jobs."""

import argparse
import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Generic, TypeVar

import structlog
import uvloop
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from common.database import is_transient
from common.dead_letters import list_dead_letters, replay
from common.errors import AppError
from common.http.serve import run_api, serve_management
from common.log import configure_logging
from common.migrations import check_migrated, migrate
from common.settings import Settings
from common.waiting import jitter
from common.worker import Worker, run_parts, stop_on_signals

log = structlog.get_logger()

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[S]):
    """A service as its command line sees it. `jobs` are further commands: name -> (settings, arguments).

    `seed` is what `migrate` does after the tables are there: load policy files, for one.
    """

    name: str
    settings: type[S]
    make_app: Callable[[S], FastAPI]
    make_worker: Callable[[S, AsyncExitStack], Awaitable[Worker]]
    jobs: Mapping[str, Callable[[S, Sequence[str]], Coroutine[None, None, None]]] = field(default_factory=dict)
    seed: Callable[[S], Coroutine[None, None, None]] | None = None


def code_version(service: str) -> str:
    """The installed version of a service's package, as dead letters and /version name it."""
    return version(f"guanxi-{service}")


def main(service: Service[S]) -> None:
    """Run the command of `sys.argv`; exits 2 on wrong usage or settings, 1 when a process dies."""
    parser = argparse.ArgumentParser(prog=f"python -m {service.name}")
    parser.add_argument("command", choices=["api", "worker", "migrate", "dead-letters", *service.jobs])
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    try:
        settings = service.settings()
    except ValidationError as error:
        lines = [f"GUANXI_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        parser.exit(2, f"{service.name} cannot start; set these environment variables:\n  " + "\n  ".join(lines) + "\n")
    configure_logging(service=service.name, process=arguments.command, level=settings.log_level)
    try:
        _run(service, settings, arguments.command, arguments.arguments)
    except AppError as error:
        log.critical("process_refused", reason=error.message)
        sys.exit(1)
    except Exception:
        log.critical("process_died", exc_info=True)
        sys.exit(1)


def _run(service: Service[S], settings: S, command: str, arguments: Sequence[str]) -> None:
    if command == "migrate":
        migrate(service.name, settings.database_url)
        if service.seed is not None:
            asyncio.run(service.seed(settings))
    elif command == "api":
        app = service.make_app(settings)
        tune_garbage_collector()
        uvloop.run(run_api(app, settings, service=service.name, version=code_version(service.name)))
    elif command == "worker":
        uvloop.run(_work(service, settings))
    elif command == "dead-letters":
        uvloop.run(_dead_letters(service, settings, arguments))
    else:
        uvloop.run(service.jobs[command](settings, arguments))


def tune_garbage_collector() -> None:
    """Keep start-up objects out of collections and collect less often: 1.2 to 1.9 times on batches (performance.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _work(service: Service[S], settings: S) -> None:
    stop = stop_on_signals()
    async with AsyncExitStack() as stack:
        worker = await service.make_worker(settings, stack)
        await stack.enter_async_context(
            serve_management(
                settings, database=worker.database, service=service.name, version=code_version(service.name)
            )
        )
        await _wait_for_tables(service.name, worker, stop)
        tune_garbage_collector()
        await run_parts(worker.parts, stop)


async def _wait_for_tables(name: str, worker: Worker, stop: asyncio.Event) -> None:
    """Wait while the database is down; raise NotMigrated when it answers and lacks tables."""
    attempt = 0
    while not stop.is_set():
        try:
            await check_migrated(name, worker.database)
            return
        except (OSError, SQLAlchemyError) as error:
            if not is_transient(error):
                raise
            log.warning("database_unreachable", error=type(error).__name__)
            await asyncio.sleep(jitter(attempt))
            attempt += 1


async def _dead_letters(service: Service[S], settings: S, arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {service.name} dead-letters")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="show what could not be applied, oldest first")
    replaying = actions.add_parser("replay", help="apply letters again with this code")
    replaying.add_argument("ids", nargs="*", type=int, help="letters to replay; none: all")
    chosen = parser.parse_args(arguments)
    async with AsyncExitStack() as stack:
        worker = await service.make_worker(settings, stack)
        letters = await list_dead_letters(worker.database, limit=10_000)
        wanted = set(chosen.ids) if chosen.action == "replay" else set()
        for letter in letters:
            where = f"{letter.id}  {letter.topic}[{letter.partition}]@{letter.offset}  {letter.event}"
            if chosen.action == "list":
                sys.stdout.write(f"{where}  customer {letter.customer}  {letter.reason}\n")
            elif not wanted or letter.id in wanted:
                failed = await replay(
                    worker.database, worker.handle, letter.id, code_version=code_version(service.name)
                )
                sys.stdout.write(f"{where}  {'failed: ' + failed if failed else 'took effect'}\n")
