"""What runs outside the web app? Consumers, relays and timers in one task group; if one dies, the process ends."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from common.database import Database
from common.dead_letters import Handle

log = structlog.get_logger()

FINISH_SECONDS: Final = 10.0

Part = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, then finishes what it has in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A service's worker: its parts by name, its database, and the handler with which dead letters are replayed."""

    database: Database
    parts: Mapping[str, Part]
    handle: Handle


async def run_parts(parts: Mapping[str, Part], stop: asyncio.Event) -> None:
    """Run all parts until `stop`; then give them ten seconds. Raises what the first dead part raised."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_run_part(name, part, stop), name=name) for name, part in parts.items()]
        await _first(stop, tasks)
        _, late = await asyncio.wait(tasks, timeout=FINISH_SECONDS)
        for task in late:
            log.warning("part_cancelled", part=task.get_name())
            task.cancel()


async def _run_part(name: str, part: Part, stop: asyncio.Event) -> None:
    await part(stop)
    if not stop.is_set():
        raise RuntimeError(f"part {name} ended by itself")


async def _first(stop: asyncio.Event, tasks: "list[asyncio.Task[None]]") -> None:
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


Make = Callable[[AsyncExitStack], Awaitable[Worker]]
"""Builds a worker; what must be closed at the end goes on the stack."""
