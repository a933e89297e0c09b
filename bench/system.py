"""How long until the whole system is up, until a real shop's year has taken effect, and how much memory does it hold?

Starts a system of its own in a temporary home, measures, and stops it. Kafka's jars must be in the cache already.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import psutil
from bench.machine import describe_machine
from rich.console import Console
from tests.support.homes import own_home

from guanxi_cli.demo.loading import load_sample
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.system import bring_up

START_MUST = 20.0
LOAD_MUST = 15.0
MEMORY_MUST = 150.0


@dataclass(slots=True, kw_only=True)
class Figures:
    """Seconds, one a round; megabytes by part of the last round."""

    started: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)
    idle: dict[str, float] = field(default_factory=dict)
    loaded: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Print the machine, then each figure beside what it must be."""
    parser = argparse.ArgumentParser(prog="python -m bench system")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(sys.argv[2:]).rounds
    print(describe_machine("fastapi", "aiokafka", "asyncpg"))
    figures = asyncio.run(_measure(rounds))
    print(_line("guanxi up, warm cache, fresh home", figures.started, f"must be under {START_MUST:.0f} s"))
    print(_line("demo: 22,190 events accepted", figures.accepted, ""))
    print(_line("demo: all of them applied", figures.applied, f"must be under {LOAD_MUST:.0f} s"))
    print(f"resident memory, MB: idle after the start (must be under {MEMORY_MUST:.0f}) / after the demo")
    for part, idle in figures.idle.items():
        print(f"  {part:<20} {idle:6.0f} / {figures.loaded[part]:6.0f}")


def _line(name: str, seconds: list[float], must: str) -> str:
    middle = statistics.median(seconds)
    return f"{name}: median {middle:.1f} s, {min(seconds):.1f} to {max(seconds):.1f} s in {len(seconds)} rounds; {must}"


async def _measure(rounds: int) -> Figures:
    figures = Figures()
    for _ in range(rounds):
        async with own_home() as home:
            began = time.monotonic()
            await bring_up(home, say=lambda _: None)
            figures.started.append(time.monotonic() - began)
            figures.idle = _memory(home)
            key = read_credentials(home)["write_key"]
            now = datetime.now(ZoneInfo("Asia/Shanghai"))
            loaded = await load_sample(home, key, Console(quiet=True), now=now, as_recorded=False)
            figures.accepted.append(loaded.accepted_seconds)
            figures.applied.append(loaded.applied_seconds)
            figures.loaded = _memory(home)
    return figures


def _memory(home: Home) -> dict[str, float]:
    """Megabytes of each service process."""
    found = {}
    for path in sorted(home.run.glob("*-*.json")):
        pid = json.loads(path.read_text())["pid"]
        found[path.stem] = psutil.Process(pid).memory_info().rss / 1024**2
    return found
