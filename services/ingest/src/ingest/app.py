"""How are ingest's web app and worker put together?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx
from fastapi import FastAPI

from common.consumer import Consumer
from common.database import open_database
from common.events import INTERACTIONS
from common.http.app import create_app
from common.http.keys import Keys
from common.http.rate_limit import Rate, RateLimiter
from common.identity import IdentityKey
from common.kafka import open_producer, partition_of
from common.outbox import OutboxRelay
from common.version import code_version
from common.waiting import cancel_and_wait
from common.worker import Worker
from ingest.api import customers, events, segment, sources
from ingest.api.scopes import KEYED_IN_BODY, PRODUCER_PATHS, SCOPES
from ingest.api.straight import lead_straight
from ingest.consumers.interactions import Linker
from ingest.domain.customers import Customers
from ingest.domain.identity import OwnIds
from ingest.jobs.watch_database import watch_database
from ingest.settings import IngestSettings
from ingest.store.aliases import KnownAliases
from ingest.store.log import Log
from ingest.store.producer_keys import ProducerKeys
from ingest.store.recent import Recent
from ingest.usecases.accept_events import Door

NAME = "ingest"
COMMAND_SECONDS = 3.0
SCORING_SECONDS = 3.0
STOP_SECONDS = 5.0


def make_app(settings: IngestSettings) -> FastAPI:
    """The web app. It serves with Kafka or the database down, and says `degraded` then."""
    database = open_database(
        settings.database_url, application="ingest-api", pool_size=10, command_seconds=COMMAND_SECONDS
    )
    identity_key = IdentityKey.load(settings.identity_key_file)
    producer_keys = ProducerKeys(database)
    aliases = KnownAliases()
    known_customers = Customers(
        identity_key,
        canonical=aliases.canonical,
        partition_of=partial(partition_of, partitions=settings.partitions),
    )
    rate = settings.requests_per_second

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_producer(settings.kafka_bootstrap, partitions=settings.partitions) as producer,
            _open_scoring(settings) as scoring,
        ):
            way = Log(producer, database)
            app.state.scoring = scoring
            app.state.door = Door(database=database, log=way, recent=Recent(), customers=known_customers)
            app.state.health.probes["kafka"] = way.probe
            stop = asyncio.Event()
            watching = asyncio.create_task(
                watch_database(
                    stop,
                    database=database,
                    aliases=aliases,
                    keys=producer_keys,
                    way=way,
                    budget_bytes=settings.spool_budget_bytes,
                ),
                name="watch_database",
            )
            yield
            stop.set()
            await cancel_and_wait(watching, seconds=STOP_SECONDS)
        await database.close()

    app = create_app(
        title="Guanxi ingest",
        version=code_version(NAME),
        description="Lets facts in: interactions of customers, from any producer, durable when answered.",
        scopes=SCOPES,
        routers=[events.router, segment.router, sources.router, customers.router],
        keys=Keys(settings.keys_file, lookup=producer_keys.lookup),
        lifespan=lifespan,
        limiter=RateLimiter(Rate(per_second=rate, burst=2 * rate)),
        database=database,
        producer_paths=PRODUCER_PATHS,
        keyed_in_body=KEYED_IN_BODY,
        public_url=settings.public_url,
    )
    lead_straight(app, "/v1/events")
    app.state.identity_key = identity_key
    app.state.base_currency = settings.base_currency
    return app


@asynccontextmanager
async def _open_scoring(settings: IngestSettings) -> AsyncIterator[httpx.AsyncClient | None]:
    """A client of scoring with the service key, where its address is set."""
    if settings.scoring_url is None:
        yield None
        return
    key = settings.scoring_key_file.read_text().strip() if settings.scoring_key_file else ""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        base_url=settings.scoring_url, headers=headers, timeout=SCORING_SECONDS, trust_env=False
    ) as client:
        yield client


async def make_worker(settings: IngestSettings, stack: AsyncExitStack) -> Worker:
    """The worker: links identifiers, sends the outbox and drains the spool."""
    database = open_database(settings.database_url, application="ingest-worker", pool_size=20)
    stack.push_async_callback(database.close)
    producer = await stack.enter_async_context(open_producer(settings.kafka_bootstrap, partitions=settings.partitions))
    own_ids = OwnIds(IdentityKey.load(settings.identity_key_file))
    linker = Linker(own_ids=own_ids, partitions=settings.partitions)
    consumer = Consumer(
        database=database,
        bootstrap=settings.kafka_bootstrap,
        group="guanxi.ingest",
        topics=[INTERACTIONS],
        handle=linker.handle,
        forget=linker.forget,
        code_version=code_version(NAME),
    )
    parts = {
        "link identifiers": consumer.run,
        "outbox": OutboxRelay(database, producer).run,
        "spool": OutboxRelay(database, producer, table="spool").run,
    }
    return Worker(database=database, parts=parts, handle=linker.handle)
