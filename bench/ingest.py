"""How many events a CPU-second does ingest accept, against raw Kafka and against a naive handler? (B1, B3)

Everything runs on real Kafka and PostgreSQL of the bench's own. Rounds alternate; every round's events are counted on
the topic: each id exactly once, else the rate does not count.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition
from bench.http_load import request_bytes, send_all
from bench.machine import describe_machine
from bench.orders import orders
from bench.servers import servers

from common.events import INTERACTIONS
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.processes import Part, start
from guanxi_cli.local.services import migrate, readiness_url, service_parts
from guanxi_cli.local.wait import until_ready

ROOT = Path(__file__).parents[1]
BATCH = 100
CONNECTIONS = 16
PARTITIONS = 6
SLOW_SHARE = 4
"""send_and_wait gets a quarter of the events, so that a round does not take minutes."""


@dataclass(slots=True, kw_only=True)
class Contender:
    """One way to take events in, and its figures round by round."""

    name: str
    per_cpu_second: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)


def main() -> None:
    """Print the machine, every contender's median and range, and the two ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench ingest")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=60_000, help="a round and contender")
    arguments = parser.parse_args(sys.argv[2:])
    asyncio.run(_measure(arguments.rounds, arguments.events))


async def _measure(rounds: int, number: int) -> None:
    sys.stdout.write(describe_machine("aiokafka", "fastapi", "msgspec", "uvicorn", "pydantic") + "\n")
    raw, ours, gather, wait = (
        Contender(name=name) for name in ("raw send_batch (R)", "ingest", "naive gather", "naive send_and_wait")
    )
    async with servers() as home, _ingest(home) as (api, key), _naive(home) as (naive, port):
        await _round(
            home, Contender(name="warm up"), api, home.port("ingest"), "/v1/events", key, number, seed=1_000_001
        )
        await _round(home, Contender(name="warm up"), naive, port, "/gather", key, number, seed=1_000_002)
        for turn in range(rounds):
            await _raw_round(home, raw, number, seed=turn * 10)
            await _round(home, ours, api, home.port("ingest"), "/v1/events", key, number, seed=turn * 10 + 1)
            await _round(home, gather, naive, port, "/gather", key, number, seed=turn * 10 + 2)
            await _round(home, wait, naive, port, "/wait", key, number // SLOW_SHARE, seed=turn * 10 + 3)
            sys.stdout.write(f"round {turn + 1} of {rounds} done, every id once on the topic\n")
    for one in (raw, ours, gather, wait):
        _report(one)
    _ratio("B1  ingest / R (must 0.20)", ours, raw)
    _ratio("B3  ingest / naive gather (must 2.5)", ours, gather)
    _ratio("B3  ingest / naive send_and_wait (must 6)", ours, wait)


async def _raw_round(home: Home, raw: Contender, number: int, *, seed: int) -> None:
    since = await _ends(home)
    command = [sys.executable, "-m", "bench.raw_kafka", home.bootstrap, str(number), str(seed)]
    cpu = float((await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, cwd=ROOT)).stdout)
    await _check(home, since, {order["id"] for order in orders(number, seed)})
    raw.per_cpu_second.append(number / cpu)


async def _round(
    home: Home, one: Contender, process: psutil.Process, port: int, path: str, key: str, number: int, *, seed: int
) -> None:
    events = orders(number, seed)
    bodies = [msgspec.json.encode({"events": events[at : at + BATCH]}) for at in range(0, number, BATCH)]
    requests = [request_bytes(path, body, key=key) for body in bodies]
    since = await _ends(home)
    before = process.cpu_times()
    load = await send_all(port, requests, connections=CONNECTIONS)
    after = process.cpu_times()
    await _check(home, since, {event["id"] for event in events})
    one.per_cpu_second.append(number / (after.user + after.system - before.user - before.system))
    one.per_second.append(number / load.seconds)
    one.p99_ms.append(statistics.quantiles(load.latencies, n=100)[98] * 1000)


def _report(one: Contender) -> None:
    figures = sorted(one.per_cpu_second)
    middle, spread = statistics.median(figures), f"{figures[0]:,.0f} to {figures[-1]:,.0f}"
    text = f"{one.name:22} {middle:9,.0f} events per CPU-second ({spread})"
    if one.per_second:
        text += f"; {statistics.median(one.per_second):,.0f} a second, p99 {statistics.median(one.p99_ms):.0f} ms"
    sys.stdout.write(text + "\n")


def _ratio(name: str, one: Contender, other: Contender) -> None:
    ratios = sorted(a / b for a, b in zip(one.per_cpu_second, other.per_cpu_second, strict=True))
    sys.stdout.write(f"{name}: {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})\n")


async def _ends(home: Home) -> dict[TopicPartition, int]:
    async with _reader(home) as consumer:
        found: dict[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
        return found


async def _check(home: Home, since: dict[TopicPartition, int], ids: set[str]) -> None:
    """AssertionError unless exactly these ids, each once, came onto the topic since then."""
    decode = msgspec.json.Decoder(_Id).decode
    async with _reader(home) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        for place, offset in since.items():
            consumer.seek(place, offset)
        found: list[str] = []
        while len(found) < sum(ends.values()) - sum(since.values()):
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found.extend(decode(record.value).id for record in records)
    assert len(found) == len(ids), f"{len(found)} records for {len(ids)} events"
    assert set(found) == ids, "other ids than those that were sent"


class _Id(msgspec.Struct):
    id: str


@asynccontextmanager
async def _reader(home: Home) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=home.bootstrap)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(INTERACTIONS, partition) for partition in range(PARTITIONS)])
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def _ingest(home: Home) -> AsyncIterator[tuple[psutil.Process, str]]:
    """The real api process, ready, and a producer key."""
    await migrate(home, "ingest")
    part = service_parts(home, ["ingest"])[0]
    record = start(home, part)
    async with httpx.AsyncClient(trust_env=False) as client:
        await until_ready(home, record, _answers(client, readiness_url(part)), seconds=30)
        headers = {"Authorization": f"Bearer {read_credentials(home)['admin_key']}"}
        url = f"{home.url('ingest')}/v1/sources"
        (await client.post(url, json={"name": "bench"}, headers=headers)).raise_for_status()
        key = (await client.post(f"{url}/bench/keys", headers=headers)).raise_for_status().json()["key"]
    yield psutil.Process(record.pid), key


@asynccontextmanager
async def _naive(home: Home) -> AsyncIterator[tuple[psutil.Process, int]]:
    port = home.port("engagement")
    command = [sys.executable, "-m", "uvicorn", "bench.naive_ingest:app", "--port", str(port), "--no-access-log"]
    part = Part(
        name="engagement-api",
        command=command,
        ports=[port],
        environment={"BOOTSTRAP": home.bootstrap, "PYTHONPATH": str(ROOT)},
    )
    record = start(home, part)
    async with httpx.AsyncClient(trust_env=False) as client:
        await until_ready(home, record, _answers(client, f"http://127.0.0.1:{port}/openapi.json"), seconds=30)
    yield psutil.Process(record.pid), port


def _answers(client: httpx.AsyncClient, url: str) -> Callable[[], Coroutine[None, None, bool]]:
    async def ask() -> bool:
        try:
            return (await client.get(url)).is_success
        except httpx.TransportError:
            return False

    return ask
