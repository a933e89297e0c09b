"""On what does a bench run? Real PostgreSQL and Kafka of its own, and records written to their log."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from tests.support.homes import own_home

from common.events import INTERACTIONS
from common.kafka import open_producer, partition_of
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import PARTITIONS, start_kafka
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.postgres import start_postgres

IN_FLIGHT: Final = 5000

Records = Sequence[tuple[bytes, bytes]]
"""Keys and values."""


@asynccontextmanager
async def servers() -> AsyncIterator[Home]:
    """Both servers, running; stopped at the end. What is measured is told the currency that the events are in."""
    os.environ["GUANXI_BASE_CURRENCY"] = "CNY"
    async with own_home() as home:
        home.make()
        make_secrets(home)
        await asyncio.gather(start_postgres(home), start_kafka(home))
        yield home


async def write(home: Home, records: Records, topic: str = INTERACTIONS) -> None:
    """Put records on a topic's log, acknowledged."""
    async with open_producer(home.bootstrap, partitions=PARTITIONS) as producer:
        await producer.connected()
        for start in range(0, len(records), IN_FLIGHT):
            futures = {
                producer.append(topic, partition_of(key, PARTITIONS), key, value)[0]
                for key, value in records[start : start + IN_FLIGHT]
            }
            await asyncio.gather(*futures)
