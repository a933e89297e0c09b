"""What is measured of scoring: one process that consumes and does a part of the work.

python -m bench.scoring_worker URL BOOTSTRAP MODE TOPIC, of the modes copy (the ledger's COPY alone), scoring (the whole
path to the outbox), relay (that and the relay to Kafka) and single (the whole path with a transaction an event).
"""

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

import uvloop
from sqlalchemy.ext.asyncio import AsyncConnection

from common.consumer import Consumer
from common.database import driver, open_database
from common.dead_letters import Received
from common.garbage import collect_less
from common.kafka import open_producer
from common.outbox import OutboxRelay
from common.worker import run_parts, stop_on_signals
from scoring.consumers.events import BATCH_RECORDS, EventHandler
from scoring.settings import ScoringSettings
from scoring.store.ledger import store_events
from scoring.store.state_cache import StateCache
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_facts import read_facts

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""The clock stands still, so that the oracle judges the same day."""


async def copy_only(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """The baseline: the events are on the ledger, once each, and nothing else is done with them."""
    await store_events(await driver(connection), batch)


async def main(url: str, bootstrap: str, mode: str, topic: str) -> None:
    """Consume until SIGTERM."""
    stop = stop_on_signals()
    settings = ScoringSettings(database_url=url, kafka_bootstrap=bootstrap)
    database = open_database(url, application=f"bench-{mode}")
    deployment = Deployment.of(settings, now=lambda: NOW)
    cache = StateCache(worker=uuid4(), partitions=settings.partitions, customers=settings.cached_customers)
    consumer = Consumer(
        database=database,
        bootstrap=bootstrap,
        group=f"bench.{mode}.{topic}",
        topics=[topic],
        handle=copy_only if mode == "copy" else EventHandler(deployment, cache).handle,
        forget=cache.forget,
        decode=read_facts,
        code_version="bench",
        batch_records=1 if mode == "single" else BATCH_RECORDS,
    )
    parts = {"consumer": consumer.run}
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        if mode == "relay":
            producer = await stack.enter_async_context(open_producer(bootstrap, partitions=settings.partitions))
            parts["relay"] = OutboxRelay(database, producer).run
        collect_less()
        await run_parts(parts, stop)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
