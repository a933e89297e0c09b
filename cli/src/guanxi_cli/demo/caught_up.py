"""Has every service applied all that is on the log? Told by offsets: the log's ends against each service's progress."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from guanxi_cli.demo.figures import counted
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import PARTITIONS
from guanxi_cli.local.ports import LOOPBACK, SERVICES
from guanxi_cli.local.problem import Problem

POLL_SECONDS: Final = 0.1

Place = tuple[str, int]


async def wait_until_caught_up(home: Home, services: "tuple[str, ...]" = SERVICES, *, seconds: float = 120.0) -> None:
    """Return once the services have read to the end of their topics and have nothing left to send.

    Raises Problem with what is missing after `seconds`.
    """
    missing = "no answer yet"
    log = AIOKafkaConsumer(bootstrap_servers=home.bootstrap)
    await log.start()
    try:
        async with asyncio.timeout(seconds), httpx.AsyncClient(timeout=5) as client:
            while missing:
                told = [await _told(home, service, client) for service in services]
                ends = await _ends(log, told)
                behind = [_behind(service, answer, ends) for service, answer in zip(services, told, strict=True)]
                missing = "; ".join(sentence for sentence in behind if sentence)
                if missing:
                    await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise Problem(f"not caught up after {seconds:.0f} s: {missing}; see guanxi status and guanxi logs") from None
    finally:
        await log.stop()


async def _ends(log: AIOKafkaConsumer, told: Sequence[Mapping[str, Any]]) -> dict[Place, int]:
    places = {TopicPartition(row["topic"], row["partition"]) for answer in told for row in answer["progress"]}
    ends = await log.end_offsets(list(places))
    return {(place.topic, place.partition): end for place, end in ends.items()}


async def _told(home: Home, service: str, client: httpx.AsyncClient) -> dict[str, Any]:
    url = f"http://{LOOPBACK}:{home.port(f'{service}-api-management')}/progress"
    try:
        answer = await client.get(url)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Problem(f"{service} does not tell its progress at {url} ({error}): see guanxi status") from error
    found: dict[str, Any] = answer.json()
    return found


def _behind(service: str, told: Mapping[str, Any], ends: Mapping[Place, int]) -> str | None:
    """What the service still has to do, or None."""
    if told["waiting"]:
        return f"{service} has {counted(told['waiting'], 'row', 'rows')} to send"
    if len(told["progress"]) < PARTITIONS:
        return f"{service} has not begun to read"
    behind = sum(max(0, ends[row["topic"], row["partition"]] - row["next_offset"]) for row in told["progress"])
    return f"{service} has {counted(behind, 'event', 'events')} to apply" if behind else None
