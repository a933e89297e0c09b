"""How many events a CPU-second does scoring's whole path take, against consuming and the ledger's COPY alone? (B5)

Kafka to ledger, states, outbox rows and progress, on real servers of the bench's own; with every event another
customer, and skewed. A contender is stopped while events are written and while another one works. Every round is
checked: every event once on the ledger, every touched state as the domain alone makes it. Other baselines:
`--modes quix scoring` (B6), `--modes single scoring --events 2000` (B7).
"""

import argparse
import asyncio
import signal
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from bench.behaviour import skewed, uniform
from bench.contenders import Contender, Ours, Quix, contender
from bench.machine import describe_machine
from bench.servers import servers, write

from common.database import open_database
from common.events import decode_event
from guanxi_cli.local.home import Home
from scoring.domain.policy.policy import Policy
from scoring.domain.state.effects import effects
from scoring.domain.state.replay import Setting
from scoring.domain.state.state import State
from scoring.settings import ScoringSettings
from scoring.store.rules import RulesInForce
from scoring.usecases.deployment import Deployment

ROOT: Final = Path(__file__).parents[1]
ROUND_SECONDS: Final = 300.0
WARM_UP: Final = 4_000

Records = list[tuple[bytes, bytes]]
WORKLOADS: Final[dict[str, Callable[[int, int], Records]]] = {"uniform": uniform, "skewed": skewed}


def main() -> None:
    """Print the machine, each contender's median and range, and the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench scoring")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=40_000, help="a round and workload")
    parser.add_argument(
        "--modes",
        nargs="+",
        default=["copy", "scoring", "relay"],
        help="contenders (bench/contenders.py), the baseline first",
    )
    arguments = parser.parse_args(sys.argv[2:])
    asyncio.run(_measure(arguments.rounds, arguments.events, arguments.modes))


async def _measure(rounds: int, number: int, modes: Sequence[str]) -> None:
    sys.stdout.write(describe_machine("aiokafka", "asyncpg", "msgspec", "numpy") + "\n")
    async with servers() as home, AsyncExitStack() as running:
        contenders = [await running.enter_async_context(contender(home, mode)) for mode in modes]
        oracle = await Oracle.of(home, next(one for one in contenders if isinstance(one, Ours)))
        first = uniform(min(number, WARM_UP), 5)
        written = await _round(home, contenders, oracle, "uniform", first, 0, warm_up=True)
        for turn in range(rounds):
            for at, (workload, make) in enumerate(WORKLOADS.items()):
                order = contenders[::-1] if turn % 2 else contenders
                records = make(number, 10 * turn + at)
                written = await _round(home, order, oracle, workload, records, written)
            sys.stdout.write(f"round {turn + 1} of {rounds} done, ledgers complete, states equal the oracle's\n")
            sys.stdout.flush()
    for workload in WORKLOADS:
        for one in contenders:
            _report(one, contenders[0], workload)


async def _round(
    home: Home,
    contenders: Sequence[Contender],
    oracle: "Oracle",
    workload: str,
    records: Records,
    written: int,
    *,
    warm_up: bool = False,
) -> int:
    await write(home, records)
    written += len(records)
    touched = oracle.apply(records)
    for one in contenders:
        cpu, seconds = await run(one, written)
        if not warm_up:
            one.per_cpu_second.setdefault(workload, []).append(len(records) / cpu)
            one.per_second.setdefault(workload, []).append(len(records) / seconds)
        await oracle.check(one, touched, written)
    return written


async def run(one: Contender, written: int) -> tuple[float, float]:
    """Let the contender work until it has applied everything; its CPU seconds and the wall seconds."""
    before, began = one.process.cpu_times(), time.perf_counter()
    one.process.send_signal(signal.SIGCONT)
    async with asyncio.timeout(ROUND_SECONDS):
        while await one.done() < written:
            await asyncio.sleep(0.02)
    after, seconds = one.process.cpu_times(), time.perf_counter() - began
    one.process.send_signal(signal.SIGSTOP)
    return after.user + after.system - before.user - before.system, seconds


class Oracle:
    """Every customer's state as the domain alone makes it."""

    def __init__(self, policy: Policy, setting: Setting) -> None:
        self._policy = policy
        self._setting = setting
        self._states: dict[str, State] = {}

    @classmethod
    async def of(cls, home: Home, one: Ours) -> "Oracle":
        settings = ScoringSettings(database_url=home.database_url("scoring", one.database))
        database = open_database(settings.database_url, application="bench")
        async with database.transaction() as connection:
            policy = (await RulesInForce().in_force(connection)).policy
        await database.close()
        return cls(policy, Deployment.of(settings).setting)

    def apply(self, records: Records) -> set[str]:
        """Add events; the customers that they touch."""
        touched = set()
        for _, value in records:
            event = decode_event(value)
            touched.add(event.subject)
            state = self._states.setdefault(event.subject, State())
            zone, money = self._setting.zone, self._setting.money
            state.apply(effects(event.type, event.data, event.time, event.source, event.id, self._policy, zone, money))
        return touched

    async def check(self, one: Contender, touched: set[str], written: int) -> None:
        """AssertionError unless every event counts once and the touched states are as they should be."""
        if isinstance(one, Quix):
            assert one.told() == (written, written), f"of {written} events: {one.told()}"
            return
        assert isinstance(one, Ours)
        for table in ("ledger", "ledger_key"):
            assert await one.connection.fetchval(f"SELECT count(*) FROM {table}") == written, table  # noqa: S608
        if one.mode != "copy":
            rows = await one.connection.fetch("SELECT subject, body FROM state WHERE subject = ANY($1)", list(touched))
            assert len(rows) == len(touched), "customers without a state"
            assert all(self._states[row["subject"]].encode() == row["body"] for row in rows), "states differ"


def _report(one: Contender, baseline: Contender, workload: str) -> None:
    figures, plain = one.per_cpu_second[workload], baseline.per_cpu_second[workload]
    ratios = sorted(ours / theirs for ours, theirs in zip(figures, plain, strict=True))
    sys.stdout.write(
        f"{workload:8} {one.mode:8} {statistics.median(figures):8,.0f} events per CPU-second "
        f"({min(figures):,.0f} to {max(figures):,.0f}), {statistics.median(one.per_second[workload]):,.0f} a second; "
        f"{statistics.median(ratios):.2f} of {baseline.mode} ({ratios[0]:.2f} to {ratios[-1]:.2f})\n"
    )
