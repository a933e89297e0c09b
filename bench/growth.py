"""What does an event cost at ten times the customers, and at ten times the history of each? (B12)

Three workers, each on a topic and in a database of its own: of few customers, of ten times as many, and of as few with
ten times the events each, spread over a year. Each round gives every one of them an event of each of as many known
customers; the others are stopped meanwhile. A round counts when every event is once on the ledger and every customer
has a state.
"""

import argparse
import asyncio
import signal
import statistics
import sys
from contextlib import AsyncExitStack
from itertools import islice
from typing import Final, NamedTuple

from bench.behaviour import history, once_each
from bench.contenders import Ours, ours
from bench.machine import describe_machine
from bench.scoring import run
from bench.servers import servers, write

from common.events import CARE, FEEDBACK, INTERACTIONS
from guanxi_cli.local.home import Home


class Base(NamedTuple):
    """Who is known: `times` as many customers, with `each` events each."""

    name: str
    topic: str
    times: int
    each: int


BASES: Final = (
    Base("few customers", INTERACTIONS, 1, 5),
    Base("ten times the customers", CARE, 10, 5),
    Base("ten times the history", FEEDBACK, 1, 50),
)
AT_ONCE: Final = 20_000
SEED: Final = 1_000_000  # no round's


def main() -> None:
    """Print the machine, each base's median and range, and the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--customers", type=int, default=4_000, help="of the small base, and events a round")
    arguments = parser.parse_args(sys.argv[2:])
    asyncio.run(_measure(arguments.rounds, arguments.customers))


async def _measure(rounds: int, customers: int) -> None:
    sys.stdout.write(describe_machine("aiokafka", "asyncpg", "msgspec", "numpy") + "\n")
    costs: dict[str, list[float]] = {base.name: [] for base in BASES}
    async with servers() as home, AsyncExitStack() as running:
        workers = []
        for base in BASES:
            worker = await running.enter_async_context(ours(home, "scoring", base.topic))
            worker.process.send_signal(signal.SIGSTOP)
            workers.append((base, worker, await _fill(home, base, worker, customers)))
        for turn in range(rounds):
            for base, worker, written in workers[:: -1 if turn % 2 else 1]:
                records = once_each(customers * base.times, customers, turn)
                await write(home, records, base.topic)
                written_now = written + customers * (turn + 1)
                cpu, _ = await run(worker, written_now)
                costs[base.name].append(1e6 * cpu / customers)
                await _check(worker, customers * base.times, written_now)
            sys.stdout.write(f"round {turn + 1} of {rounds} done, ledgers and states complete\n")
            sys.stdout.flush()
    few = costs[BASES[0].name]
    for name, figures in costs.items():
        ratios = sorted(cost / least for cost, least in zip(figures, few, strict=True))
        sys.stdout.write(
            f"{name:24} {statistics.median(figures):5.1f} us of CPU an event "
            f"({min(figures):.1f} to {max(figures):.1f}); "
            f"{statistics.median(ratios):.2f} of {BASES[0].name} ({ratios[0]:.2f} to {ratios[-1]:.2f})\n"
        )


async def _fill(home: Home, base: Base, worker: Ours, customers: int) -> int:
    """Let a worker take in a base's history; how many events that were."""
    written = 0
    coming = history(customers * base.times, base.each, SEED)
    while part := list(islice(coming, AT_ONCE)):
        await write(home, part, base.topic)
        written += len(part)
    await run(worker, written)
    await _check(worker, customers * base.times, written)
    return written


async def _check(worker: Ours, customers: int, written: int) -> None:
    assert await worker.connection.fetchval("SELECT count(*) FROM ledger") == written
    assert await worker.connection.fetchval("SELECT count(*) FROM state") == customers
