"""`python -m scoring audit [--repair] [--all]`, and every hour in one of the workers: is anything adrift?"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Final

import structlog
import uvloop
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient, open_database
from common.kafka import open_producer
from common.metrics import AUDIT_ENDED, AUDIT_FINDINGS
from common.outbox import OutboxRelay
from common.timers import Timer, Timers, plan
from common.waiting import jitter, pause
from scoring.domain.counted import counted
from scoring.jobs.audit_findings import keep_findings
from scoring.jobs.audit_run import Audit
from scoring.jobs.retries import in_transaction
from scoring.settings import ScoringSettings
from scoring.store.audit import OLDER_KINDS, begin_run
from scoring.store.topic_log import open_log
from scoring.usecases.deployment import Deployment
from scoring.usecases.load_policy import POLICY
from scoring.usecases.read_facts import read_facts

log = structlog.get_logger()

AUDIT: Final = "audit"
POLL_SECONDS: Final = 5.0
KEPT_DAYS: Final = 90
COMMAND_SECONDS: Final = 300.0
MOST_TOLD: Final = 200


async def audit_once(
    database: Database,
    deployment: Deployment,
    relay: OutboxRelay,
    *,
    bootstrap: str,
    repairs: bool,
    everything: bool = False,
) -> Audit:
    """One run, with what it found kept, logged and counted. Raises KafkaError while the broker is down."""
    async with open_log(bootstrap, decode=read_facts) as topics:
        number = await in_transaction(database, begin_run)
        run = Audit(database, deployment, topics, relay, repairs=repairs, everything=everything)
        await run.run()
    step = partial(
        keep_findings,
        number=number,
        findings=run.findings,
        events=run.events,
        customers=run.customers,
        days=KEPT_DAYS,
        deployment=deployment,
    )
    await in_transaction(database, step)
    _tell(run)
    return run


def _tell(run: Audit) -> None:
    """In the log and in measures: what an earlier policy left in one line, as it is no drift."""
    found = run.findings
    for (kind, is_repaired), count in found.counts.items():
        if kind != OLDER_KINDS:
            AUDIT_FINDINGS.labels(kind, "repaired" if is_repaired else "open").inc(count)
    for one in [one for one in found if one.is_drift][:MOST_TOLD]:
        log.error(
            "drift_found",
            kind=one.kind,
            customer_id=one.customer,
            topic=one.topic,
            partition=one.partition,
            offset=one.offset,
            name=None if one.source is None else f"{one.source}/{one.id}",
            is_repaired=one.is_repaired,
        )
    if found.older:
        repaired = found.counts[OLDER_KINDS, True]
        log.info("states_of_older_kinds", states=found.older, repaired=repaired, cause=POLICY)
    AUDIT_ENDED.set_to_current_time()
    log.info("audit_ended", events=run.events, customers=run.customers, findings=found.differences)


def audit_hourly(
    database: Database, deployment: Deployment, relay: OutboxRelay, *, bootstrap: str, repairs: bool
) -> Callable[[asyncio.Event], Coroutine[None, None, None]]:
    """The worker's part: an hour's audit is a timer, so one worker does it; what it leaves undone the next one does."""

    async def fire(connection: AsyncConnection, _timer: Timer) -> None:
        await _plan_next(connection, deployment)

    timers = Timers(database, {AUDIT: fire})

    async def turn() -> None:
        if await timers.fire_due():
            await audit_once(database, deployment, relay, bootstrap=bootstrap, repairs=repairs)

    async def run(stop: asyncio.Event) -> None:
        attempt, is_planned = 0, False
        while not stop.is_set():
            try:
                if not is_planned:
                    await in_transaction(database, partial(_plan_next, deployment=deployment))
                    is_planned = True
                await turn()
                attempt = 0
                await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not (is_transient(error) or isinstance(error, KafkaError)):
                    raise
                log.warning("audit_retries", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run


async def _plan_next(connection: AsyncConnection, deployment: Deployment) -> None:
    hour = deployment.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    await plan(connection, kind=AUDIT, key=hour.isoformat(), due_at=hour)


def run(_service: str, settings: ScoringSettings, arguments: Sequence[str]) -> None:
    """Exits 1 when something that is adrift is left to repair."""
    parser = argparse.ArgumentParser(prog="python -m scoring audit")
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired; else only look")
    parser.add_argument("--all", action="store_true", help="the whole log and everybody, not only what is due")
    chosen = parser.parse_args(arguments)
    sys.exit(uvloop.run(_audit(settings, chosen)))


async def _audit(settings: ScoringSettings, chosen: argparse.Namespace) -> int:
    database = open_database(settings.database_url, application="scoring-audit", command_seconds=COMMAND_SECONDS)
    try:
        async with open_producer(settings.kafka_bootstrap, partitions=settings.partitions) as producer:
            run_ = await audit_once(
                database,
                Deployment.of(settings),
                OutboxRelay(database, producer),
                bootstrap=settings.kafka_bootstrap,
                repairs=chosen.repair,
                everything=chosen.all,
            )
    finally:
        await database.close()
    found = run_.findings
    for one in islice(found, MOST_TOLD):
        where = one.customer or f"{one.topic}[{one.partition}]"
        event = "" if one.source is None else f" {one.source}/{one.id} at {one.topic}[{one.partition}]@{one.offset}"
        state = "repaired" if one.is_repaired else "OPEN" if one.is_drift else "older"
        sys.stdout.write(f"{state}  {one.kind}  {where}{event}: {one.detail}\n")
    sys.stdout.write(
        f"{counted(run_.events, 'event', 'events')} and {counted(run_.customers, 'customer', 'customers')} looked at; "
        f"{counted(found.differences, 'difference', 'differences')}, {found.open:,} left; "
        f"{counted(found.older, 'state', 'states')} of older kinds, {found.counts[OLDER_KINDS, False]:,} left\n"
    )
    return 1 if found.open else 0
