"""How does the whole system come up and go down? Servers and migrations side by side, then the services, and back."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import httpx

from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.kafka import kafka_part, start_kafka
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.lock import exclusive
from guanxi_cli.local.ports import SERVICES
from guanxi_cli.local.postgres import postgres_part, start_postgres
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.processes import Part, Record, running, start, stop
from guanxi_cli.local.services import migrate, readiness_url, service_parts
from guanxi_cli.local.wait import until_ready
from guanxi_cli.local.write_key import ensure_write_key

SERVICE_READY_SECONDS = 120
PROBE_SECONDS = 5.0
T = TypeVar("T")
Say = Callable[[str], None]


def quiet(_line: str) -> None:
    """For callers to whom nobody listens."""


def parts(home: Home, services: Iterable[str] = SERVICES) -> list[Part]:
    """Every process of a system, servers first."""
    return [postgres_part(home), kafka_part(home), *service_parts(home, services)]


async def bring_up(home: Home, *, say: Say = quiet, services: tuple[str, ...] = SERVICES) -> None:
    """Start what does not run and wait until all is ready; `say` gets a line a part as it becomes ready."""
    _refuse_other_ports(home)
    home.make()
    async with exclusive(home.folder / "lock", lambda: say("Another guanxi command works on this home; waiting.")):
        make_secrets(home)
        await together(_say_ready(start_kafka(home), say), _database(home, services, say))
        async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
            starting = [_service(home, part, client) for part in service_parts(home, services)]
            await together(*(_say_ready(each, say) for each in starting))
            if "ingest" in services:
                await ensure_write_key(home, client)


async def bring_down(home: Home, *, say: Say = quiet) -> None:
    """Stop what was started: services first and together, then Kafka, then PostgreSQL."""
    if not home.run.is_dir():
        return
    async with exclusive(home.folder / "lock", lambda: say("Another guanxi command works on this home; waiting.")):
        await asyncio.gather(*(_stop(home, part, say) for part in service_parts(home)))
        await _stop(home, kafka_part(home), say)
        await _stop(home, postgres_part(home), say)


async def together(*work: Awaitable[T]) -> list[T]:
    """All results; when one fails, the others are cancelled and waited for before its error is raised."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _database(home: Home, services: tuple[str, ...], say: Say) -> None:
    await _say_ready(start_postgres(home), say)
    down = {part.name for part in service_parts(home, services) if running(home, part) is None}
    stale = [service for service in services if {f"{service}-api", f"{service}-worker"} & down]
    await together(*(migrate(home, service) for service in stale))


async def _service(home: Home, part: Part, client: httpx.AsyncClient) -> Record:
    record = running(home, part) or start(home, part)

    async def ready() -> bool:
        with suppress(httpx.TransportError):
            return (await client.get(readiness_url(part))).is_success
        return False

    await until_ready(home, record, ready, seconds=SERVICE_READY_SECONDS)
    return record


async def _stop(home: Home, part: Part, say: Say) -> None:
    if await asyncio.to_thread(stop, home, part):
        say(f"{part.name} stopped")


async def _say_ready(starting: Awaitable[Record], say: Say) -> None:
    say(line(await starting))


def line(record: Record) -> str:
    """The line that `guanxi up` prints for a part."""
    return f"{record.part:<18} pid {record.pid:<8} port {record.port:<6} started {record.started_at}"


def _refuse_other_ports(home: Home) -> None:
    before = find_home(home.folder)
    if before.port_base == home.port_base or not before.run.is_dir():
        return
    for path in before.run.glob("*.json"):
        with suppress(ValueError, TypeError):
            if Record(**json.loads(path.read_text())).process():
                raise Problem(
                    f"{home.folder} already runs on port base {before.port_base}: leave --port-base out, "
                    "or stop it first with guanxi down"
                )
