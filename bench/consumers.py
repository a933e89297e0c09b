"""How many events a CPU-second does a service's consumer take that trigger nothing, against consuming alone?

`python -m bench engagement` or `feedback`: Kafka to the service's own handler and its database, on real servers of the
bench's own. `quiet`: events of types that no rule asks for; `heard`: a shop's mixture of last September, whose orders
and answers are remembered and too old for anything; `addressed`: the quiet ones, each with an email address that was
never seen before, which is worst for a mirror. A contender is stopped while another one works. Every round is checked:
every event consumed, none buried, the profiles told among them mirrored, and nothing triggered.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec
import psutil
from bench.behaviour import uniform
from bench.machine import describe_machine
from bench.servers import Records, servers, write

from guanxi_cli.local.databases import create_database, grant_inside, in_database
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import PARTITIONS
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import environment, migrate

ROOT: Final = Path(__file__).parents[1]
ROUND_SECONDS: Final = 300.0
TOLD_EVERY: Final = 100
GOAL: Final = 20_000
AIMED: Final = ("quiet", "heard")
MODES: Final = ("nothing", "handler")

QUIET: Final = ("page.viewed", "product.viewed", "cart.updated", "message.clicked", "search.made")
MIRRORED: Final = {
    "engagement": "SELECT count(*) FROM profile_field WHERE field = 'language'",
    "feedback": "SELECT count(*) FROM language",
}
TRIGGERED: Final = {
    "engagement": ("occasion", "decision"),
    "feedback": ("request", "outbox"),
}


def _quiet(number: int, seed: int, *, addressed: bool = False, mixed: bool = False) -> Records:
    """A shop's events, each of another customer; one in a hundred tells a language."""
    records = []
    for at, (key, value) in enumerate(uniform(number, seed)):
        event: dict[str, Any] = msgspec.json.decode(value)
        if not mixed:
            event |= {"type": QUIET[at % len(QUIET)]}
            event["data"] = {name: event["data"][name] for name in ("channel", "identifiers", "properties")}
        if at % TOLD_EVERY == 0:
            event |= {"type": "profile.updated"}
            event["data"]["profile"] = {"language": "en"}
        if addressed:
            event["data"]["identifiers"]["email"] = f"{seed}-{at}@example.com"
        records.append((key, msgspec.json.encode(event)))
    return records


WORKLOADS: Final[Mapping[str, Callable[[int, int], Records]]] = {
    "quiet": _quiet,
    "heard": partial(_quiet, mixed=True),
    "addressed": partial(_quiet, addressed=True),
}


@dataclass(slots=True, kw_only=True)
class Contender:
    """One process, its database, and its events per CPU-second by workload, round by round."""

    mode: str
    process: psutil.Process
    connection: asyncpg.Connection
    per_cpu_second: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    """Print the machine, each contender's median and range by workload, and whether the goal is met."""
    service = sys.argv[1]
    parser = argparse.ArgumentParser(prog=f"python -m bench {service}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=40_000, help="a round and workload")
    arguments = parser.parse_args(sys.argv[2:])
    asyncio.run(_measure(service, arguments.rounds, arguments.events))


async def _measure(service: str, rounds: int, number: int) -> None:
    sys.stdout.write(describe_machine("aiokafka", "asyncpg", "msgspec") + "\n")
    async with servers() as home, AsyncExitStack() as running:
        contenders = [await running.enter_async_context(_contender(home, service, mode)) for mode in MODES]
        written, told = await _round(home, service, contenders, _quiet(4_000, 900), (0, 0), workload=None)
        for turn in range(rounds):
            for at, (workload, make) in enumerate(WORKLOADS.items()):
                order = contenders[::-1] if turn % 2 else contenders
                records = make(number, 10 * turn + at)
                written, told = await _round(home, service, order, records, (written, told), workload=workload)
            sys.stdout.write(f"round {turn + 1} of {rounds} done: every event consumed, every profile mirrored\n")
            sys.stdout.flush()
    for workload in WORKLOADS:
        for one in contenders:
            _report(one, workload)


async def _round(
    home: Home,
    service: str,
    contenders: Sequence[Contender],
    records: Records,
    before: tuple[int, int],
    *,
    workload: str | None,
) -> tuple[int, int]:
    """Write records and let each contender consume them; how many events and told profiles there are then."""
    await write(home, records)
    written, told = before[0] + len(records), before[1] + -(-len(records) // TOLD_EVERY)
    for one in contenders:
        cpu = await _run(one, written)
        if workload is not None:
            one.per_cpu_second.setdefault(workload, []).append(len(records) / cpu)
        await _check(one, service, told)
    return written, told


async def _run(one: Contender, written: int) -> float:
    """Let the contender work until it has applied everything; its CPU seconds."""
    before = one.process.cpu_times()
    one.process.send_signal(signal.SIGCONT)
    async with asyncio.timeout(ROUND_SECONDS):
        while await one.connection.fetchval("SELECT coalesce(sum(next_offset), 0) FROM progress") < written:
            await asyncio.sleep(0.02)
    after = one.process.cpu_times()
    one.process.send_signal(signal.SIGSTOP)
    return after.user + after.system - before.user - before.system


async def _check(one: Contender, service: str, told: int) -> None:
    """AssertionError unless nothing was buried or triggered, and all that was told is there."""
    assert await one.connection.fetchval("SELECT count(*) FROM dead_letter") == 0, "dead letters"
    for table in TRIGGERED[service]:
        assert not await one.connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"), table  # noqa: S608
    mirrored = await one.connection.fetchval(MIRRORED[service])
    assert mirrored == (told if one.mode == "handler" else 0), f"{mirrored} profiles of {told}"


def _report(one: Contender, workload: str) -> None:
    figures = one.per_cpu_second[workload]
    median = statistics.median(figures)
    goal = (
        ""
        if one.mode == "nothing" or workload not in AIMED
        else f"; goal {GOAL:,}: {'met' if median >= GOAL else 'NOT met'}"
    )
    sys.stdout.write(
        f"{workload:9} {one.mode:8} {median:8,.0f} events per CPU-second "
        f"({min(figures):,.0f} to {max(figures):,.0f}){goal}\n"
    )


@asynccontextmanager
async def _contender(home: Home, service: str, mode: str) -> AsyncIterator[Contender]:
    """The contender's database, migrated, and its process, stopped once it has joined its group; ended at the end."""
    database = f"{service}_{mode}"
    admin = await asyncpg.connect(admin_url(home))
    await create_database(admin, database, service)
    await admin.close()
    await grant_inside(in_database(admin_url(home), database), service)
    await migrate(home, service, database)
    url = home.database_url(service, database)
    command = [sys.executable, "-m", "bench.consumer_worker", service, mode]
    settings = {**os.environ, **environment(home, service), "GUANXI_DATABASE_URL": url}
    process = await asyncio.to_thread(partial(subprocess.Popen, command, cwd=ROOT, env=settings))
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(60):
            while await connection.fetchval("SELECT count(*) FROM progress") != PARTITIONS:
                assert process.poll() is None, f"the {mode} worker ended"
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGSTOP)
        yield Contender(mode=mode, process=psutil.Process(process.pid), connection=connection)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await asyncio.to_thread(process.wait)
        await connection.close()
