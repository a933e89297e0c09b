"""How is a system kept busy while it is being hurt? A bounded stream of orders, each batch sent until acknowledged."""

import asyncio
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx

from chaos.oracle import Oracle

BATCH = 50
SENDERS = 4
GIVE_UP_SECONDS = 120.0


def orders(count: int, customers: int, *, name: str, at: datetime, seed: int = 7) -> Iterator[list[dict[str, Any]]]:
    """Batches of order.completed events, every seventh batch repeating an earlier one."""
    chance = random.Random(seed)
    sent: list[list[dict[str, Any]]] = []
    for start in range(0, count, BATCH):
        batch = [
            {
                "id": f"{name}-{number}",
                "type": "order.completed",
                "time": at.isoformat(),
                "data": {
                    "identifiers": {"user_id": f"{name}-{chance.randrange(customers)}"},
                    "order_id": f"{name}-{number}",
                    "amount_minor": chance.randrange(1, 100_000),
                    "currency": "GBP",
                },
            }
            for number in range(start, min(count, start + BATCH))
        ]
        sent.append(batch)
        yield batch
        if len(sent) % 7 == 0:
            yield chance.choice(sent)


async def send_all(url: str, key: str, batches: Iterator[list[dict[str, Any]]], oracle: Oracle) -> None:
    """Send every batch until ingest acknowledges it, with the same ids; TimeoutError when one takes two minutes."""
    queue = iter(batches)
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=10) as client,
        asyncio.TaskGroup() as senders,
    ):
        for _ in range(SENDERS):
            senders.create_task(_send(client, queue, oracle))


async def _send(client: httpx.AsyncClient, queue: Iterator[list[dict[str, Any]]], oracle: Oracle) -> None:
    for batch in queue:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while not await _acknowledged(client, batch):
                await asyncio.sleep(0.2)
        for event in batch:
            oracle.acknowledge(event)


async def _acknowledged(client: httpx.AsyncClient, batch: list[dict[str, Any]]) -> bool:
    try:
        answer = await client.post("/v1/events", json=batch)
    except httpx.TransportError:
        return False
    if answer.status_code == 503:
        return False
    answer.raise_for_status()
    told = answer.json()
    if told["rejected"] or told["accepted"] + told["duplicates"] != len(batch):
        raise AssertionError(f"ingest refused part of a good batch: {told}")
    return True
