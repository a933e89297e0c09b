"""What are engagement's two processes made of? The web app, and the worker with its parts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
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
from engagement.api import actions, care, channels, customers, forecasts, outcomes, playbooks, reports, tasks, templates
from engagement.api.scopes import SCOPES
from engagement.consumers.events import TOPICS, EventHandler
from engagement.jobs.close_goals import close_missed_goals
from engagement.jobs.decide import decide_due_occasions
from engagement.jobs.deliver import deliver_actions
from engagement.jobs.overdue_tasks import miss_overdue_tasks
from engagement.jobs.plan import plan_care
from engagement.settings import EngagementSettings
from engagement.usecases.current_policies import Policies
from engagement.usecases.deployment import Deployment

NAME: Final = "engagement"
WORKER_POOL: Final = 12


def make_app(settings: EngagementSettings) -> FastAPI:
    """The web app; its pool is closed when it stops."""
    database = open_database(settings.database_url, application=f"{NAME}-api")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = create_app(
        title="Guanxi engagement",
        version=code_version(NAME),
        description="Decides and delivers care by playbooks, and says why.",
        scopes=SCOPES,
        routers=[
            customers.router,
            playbooks.router,
            forecasts.router,
            tasks.router,
            care.router,
            actions.router,
            outcomes.router,
            templates.router,
            channels.router,
            reports.router,
        ],
        keys=Keys(settings.keys_file),
        lifespan=lifespan,
        database=database,
        public_url=settings.public_url,
    )
    app.state.identity_key = IdentityKey.load(settings.identity_key_file)
    app.state.time_zone = settings.time_zone
    app.state.policies = Policies()
    app.state.deployment = _deployment(settings, app.state.policies)
    return app


async def make_worker(settings: EngagementSettings, stack: AsyncExitStack) -> Worker:
    """The consumer of all topics, what decides, delivers and plans, and the relay of care.v1: a part a line."""
    database = open_database(settings.database_url, application=f"{NAME}-worker", pool_size=WORKER_POOL)
    stack.push_async_callback(database.close)
    producer = await stack.enter_async_context(open_producer(settings.kafka_bootstrap, partitions=settings.partitions))
    policies = Policies()
    deployment = _deployment(settings, policies)
    handler = EventHandler(policies, settings.time_zone, partitions=settings.partitions)
    consumer = Consumer(
        database=database,
        bootstrap=settings.kafka_bootstrap,
        group=f"guanxi.{NAME}",
        topics=TOPICS,
        handle=handler.handle,
        code_version=code_version(NAME),
    )
    return Worker(
        database=database,
        parts={
            "consumer": consumer.run,
            "decide": decide_due_occasions(database, deployment),
            "close_goals": close_missed_goals(database, deployment),
            "deliver": deliver_actions(
                database,
                deployment,
                outbox_dir=settings.outbox_dir,
                secrets_dir=settings.secrets_dir,
                lease=timedelta(seconds=settings.delivery_lease_seconds),
            ),
            "overdue_tasks": miss_overdue_tasks(database, deployment),
            "plan": plan_care(database, policies, settings.time_zone),
            "outbox": OutboxRelay(database, producer).run,
        },
        handle=handler.handle,
    )


def _deployment(settings: EngagementSettings, policies: Policies) -> Deployment:
    return Deployment(
        zone=settings.time_zone, partitions=settings.partitions, shop=settings.shop_name, policies=policies
    )
