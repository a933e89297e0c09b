"""Of which parts are scoring's processes made?"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final
from uuid import uuid4

from fastapi import FastAPI

from common.database import open_database
from common.http.app import create_app
from common.http.keys import Keys
from common.identity import IdentityKey
from common.kafka import open_producer
from common.outbox import OutboxRelay
from common.version import code_version
from common.worker import Worker
from scoring.api import (
    audit,
    base_reports,
    customers,
    events,
    explanations,
    jobs,
    lists,
    policies,
    policy_life,
    preview,
    purchase_reports,
    quality,
    reports,
    thresholds,
    transitions,
)
from scoring.api.scopes import SCOPES
from scoring.consumers.events import EventHandler, consume_events
from scoring.jobs.audit import COMMAND_SECONDS, audit_hourly
from scoring.jobs.daily import reevaluate_daily
from scoring.jobs.marked import judge_marked_customers
from scoring.jobs.monthly import calibrate_monthly
from scoring.jobs.runs import do_long_runs
from scoring.settings import ScoringSettings
from scoring.store.state_cache import StateCache
from scoring.usecases.deployment import Deployment, wall_clock

SERVICE: Final = "scoring"
API_POOL: Final = 10
WORKER_POOL: Final = 12
AUDIT_POOL: Final = 2


def make_app(settings: ScoringSettings, *, now: Callable[[], datetime] = wall_clock) -> FastAPI:
    """The web app; `now` is its clock."""
    app = create_app(
        title="Guanxi scoring",
        version=code_version(SERVICE),
        description="Judges relationships: cards, explanations, timelines, lists and reports.",
        scopes=SCOPES,
        routers=[
            module.router
            for module in (
                customers,
                explanations,
                transitions,
                lists,
                reports,
                purchase_reports,
                base_reports,
                preview,
                policies,
                policy_life,
                thresholds,
                quality,
                jobs,
                audit,
                events,
            )
        ],
        keys=Keys(settings.keys_file),
        database=open_database(settings.database_url, application="scoring-api", pool_size=API_POOL),
        public_url=settings.public_url,
    )
    app.state.deployment = Deployment.of(settings, now=now)
    app.state.identity_key = IdentityKey.load(settings.identity_key_file)
    app.state.time_zone = settings.time_zone
    return app


async def make_worker(settings: ScoringSettings, stack: AsyncExitStack) -> Worker:
    """The consumer, the marks, the daily job, the long runs and the outbox relay."""
    database = open_database(settings.database_url, application="scoring-worker", pool_size=WORKER_POOL)
    stack.push_async_callback(database.close)
    producer = await stack.enter_async_context(open_producer(settings.kafka_bootstrap, partitions=settings.partitions))
    deployment = Deployment.of(settings)
    cache = StateCache(worker=uuid4(), partitions=settings.partitions, customers=settings.cached_customers)
    minutes = settings.reevaluate_minutes_after_midnight
    relay = OutboxRelay(database, producer)
    patient = open_database(
        settings.database_url, application="scoring-audit", command_seconds=COMMAND_SECONDS, pool_size=AUDIT_POOL
    )
    stack.push_async_callback(patient.close)
    return Worker(
        database=database,
        handle=EventHandler(deployment, cache).handle,
        parts={
            "consumer": consume_events(
                database,
                deployment,
                cache,
                bootstrap=settings.kafka_bootstrap,
                code_version=code_version(SERVICE),
            ),
            "marked": judge_marked_customers(database, deployment, cache),
            "daily": reevaluate_daily(database, deployment, cache, minutes=minutes),
            "runs": do_long_runs(database, deployment),
            "monthly": calibrate_monthly(
                database,
                deployment,
                day_of_month=settings.calibrate_day_of_month,
                minutes=settings.calibrate_minutes_after_midnight,
            ),
            "audit": audit_hourly(
                patient, deployment, relay, bootstrap=settings.kafka_bootstrap, repairs=settings.audit_repairs
            ),
            "outbox": relay.run,
        },
    )
