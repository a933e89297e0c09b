"""What are feedback's two processes made of? The web app, and the worker that mirrors customers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from fastapi import FastAPI

from common.consumer import Consumer
from common.database import open_database
from common.http.app import create_app
from common.http.keys import Keys
from common.identity import IdentityKey
from common.kafka import open_producer
from common.outbox import OutboxRelay
from common.version import code_version
from common.worker import Worker
from feedback.api import customers
from feedback.api.scopes import SCOPES
from feedback.consumers.mirror import TOPICS, make_handle
from feedback.domain.case_policy import CasePolicy
from feedback.jobs.case_clocks import watch_case_clocks
from feedback.settings import FeedbackSettings
from feedback.usecases.case_desk import CaseDesk

NAME: Final = "feedback"


def make_app(settings: FeedbackSettings) -> FastAPI:
    """The web app; its pool is closed when it stops."""
    database = open_database(settings.database_url, application=f"{NAME}-api")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = create_app(
        title="Guanxi feedback",
        version=code_version(NAME),
        description="Asks customers and closes the loop; in this version it shows what it has heard of a customer.",
        scopes=SCOPES,
        routers=[customers.router],
        keys=Keys(settings.keys_file),
        lifespan=lifespan,
        database=database,
        public_url=settings.public_url,
    )
    app.state.identity_key = IdentityKey.load(settings.identity_key_file)
    app.state.time_zone = settings.time_zone
    return app


async def make_worker(settings: FeedbackSettings, stack: AsyncExitStack) -> Worker:
    """The worker: one consumer of all topics, the clocks of cases, and the relay of the outbox."""
    database = open_database(settings.database_url, application=f"{NAME}-worker")
    stack.push_async_callback(database.close)
    producer = await stack.enter_async_context(open_producer(settings.kafka_bootstrap, partitions=settings.partitions))
    desk = _case_desk(settings)
    handle = make_handle(desk)
    consumer = Consumer(
        database=database,
        bootstrap=settings.kafka_bootstrap,
        group=f"guanxi.{NAME}",
        topics=TOPICS,
        handle=handle,
        code_version=code_version(NAME),
    )
    return Worker(
        database=database,
        handle=handle,
        parts={
            "consumer": consumer.run,
            "case_clocks": watch_case_clocks(database, desk).run,
            "outbox": OutboxRelay(database, producer).run,
        },
    )


def _case_desk(settings: FeedbackSettings) -> CaseDesk:
    return CaseDesk(zone=settings.time_zone, partitions=settings.partitions, policy=CasePolicy())
