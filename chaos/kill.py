"""Is anything lost or counted twice when a process is killed under load? `python -m chaos kill [--part NAME ...]`.

Runs against the system of GUANXI_HOME: for each part in turn it sends orders, kills the part with SIGKILL in the
middle, runs `guanxi up`, waits until scoring has caught up, and compares every customer with the oracle.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from chaos.load import orders, send_all
from chaos.oracle import Oracle
from guanxi_cli.demo.caught_up import wait_until_caught_up
from guanxi_cli.local.home import Home, find_home

PARTS = ("ingest-api", "ingest-worker", "scoring-worker", "scoring-api", "kafka", "postgres")
EVENTS = 6_000
CUSTOMERS = 300
CAUGHT_UP_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one kill did: `wrong` lists customers whose orders or money differ from the oracle's."""

    part: str
    events: int
    wrong: list[str]
    seconds: float


def kill(home: Home, part: str) -> None:
    """SIGKILL the process that runs a part."""
    record = json.loads((home.run / f"{part}.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)


async def bring_back(home: Home) -> None:
    """Run `guanxi up`, as an operator would."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "guanxi_cli", "up", "--home", str(home.folder), "--port-base", str(home.port_base)
    )
    if await process.wait() != 0:
        raise AssertionError("guanxi up failed after the kill")


async def kill_under_load(home: Home, part: str, *, events: int = EVENTS) -> Outcome:
    """One trial: load, kill, up, catch up, compare."""
    credentials = json.loads((home.folder / "credentials.json").read_text())
    began, oracle = time.monotonic(), Oracle()
    name = f"{part}-{int(began * 1000)}"
    batches = orders(events, CUSTOMERS, name=name, at=datetime.now(UTC))
    load = asyncio.create_task(send_all(credentials["urls"]["ingest"], credentials["write_key"], batches, oracle))
    while oracle.events() < events // 3 and not load.done():
        await asyncio.sleep(0.01)
    kill(home, part)
    await bring_back(home)
    await load
    await wait_until_caught_up(home)  # a customer is compared when nothing can be counted any more, also not twice
    wrong = await differences(credentials, oracle)
    return Outcome(part=part, events=oracle.events(), wrong=wrong, seconds=time.monotonic() - began)


async def differences(credentials: dict[str, dict[str, str] | str], oracle: Oracle) -> list[str]:
    """Customers whose card differs from the oracle's once scoring has caught up; empty when all agree."""
    urls = credentials["urls"]
    assert isinstance(urls, dict)
    headers = {"Authorization": f"Bearer {credentials['admin_key']}"}
    source = credentials["source"]
    deadline = time.monotonic() + CAUGHT_UP_SECONDS
    async with httpx.AsyncClient(base_url=urls["scoring"], headers=headers, timeout=10) as client:
        pending = oracle.expected()
        while True:
            answers = {customer: await _seen(client, f"user_id@{source}:{customer}", customer) for customer in pending}
            pending = {customer: want for customer, want in pending.items() if answers[customer] != want}
            if not pending or time.monotonic() > deadline:
                return [f"{customer}: {answers[customer]}, not {want}" for customer, want in pending.items()]
            await asyncio.sleep(0.5)


async def _seen(client: httpx.AsyncClient, named: str, customer: str) -> tuple[int, int] | None:
    for path in (f"/v1/customers/user_id:{customer}", f"/v1/customers/{named}"):
        answer = await client.get(path)
        if answer.status_code == 200:
            rfm = answer.json()["rfm"]
            return rfm["frequency"], rfm["monetary_minor"]
    return None


async def run(parts: Sequence[str]) -> bool:
    """Trial by trial, a line each; whether all agreed."""
    home, good = find_home(_folder()), True
    for part in parts:
        outcome = await kill_under_load(home, part)
        verdict = "agree" if not outcome.wrong else f"{len(outcome.wrong)} WRONG, first: {outcome.wrong[0]}"
        print(f"kill -9 {part}: {outcome.events} events acknowledged, {outcome.seconds:.1f} s, customers {verdict}")
        good = good and not outcome.wrong
    return good


def _folder() -> Path | None:
    return Path(os.environ["GUANXI_HOME"]) if "GUANXI_HOME" in os.environ else None


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos kill")
    parser.add_argument("--part", action="append", choices=PARTS, help="parts to kill, in turn; none: all")
    chosen = parser.parse_args(arguments)
    sys.exit(0 if asyncio.run(run(chosen.part or PARTS)) else 1)
