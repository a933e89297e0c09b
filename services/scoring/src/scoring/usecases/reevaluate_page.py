"""What has time alone changed? Judges a page of a partition's customers as of today, and plans the next page.

A page is a timer of its own (common.timers), so each is judged once, however many workers there are and whichever of
them dies; pages are short, so that the consumer of the partition never waits long for its guard.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids
from common.database import driver
from common.timers import Timer, plan
from scoring.store.outbox import queue_messages
from scoring.store.state_cache import StateCache
from scoring.store.states import read_evaluated, write_states
from scoring.store.transitions import store_transitions
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_customers import judge_customers
from scoring.usecases.judge_marked import unite

log = structlog.get_logger()

REEVALUATE: Final = "reevaluate"
PAGE: Final = 2000
TIME: Final = "time"
KEEP_DAYS: Final = 7

_FORGET = text("DELETE FROM timer WHERE kind = :kind AND done_at < now() - make_interval(days => :days)")


async def plan_day(connection: AsyncConnection, day: date, *, deployment: Deployment, minutes: int) -> None:
    """Plan a local day's re-evaluation of every partition; what was planned or done already stays."""
    due_at = datetime.combine(day, time(), tzinfo=deployment.zone) + timedelta(minutes=minutes)
    for partition in range(deployment.partitions):
        await _plan_page(connection, run=day.isoformat(), partition=partition, after="", cause=TIME, due_at=due_at)


async def plan_run(connection: AsyncConnection, run: str, *, cause: str, deployment: Deployment) -> None:
    """Plan a re-evaluation of everybody, now, for another cause than time; `run` names it for ever."""
    for partition in range(deployment.partitions):
        await _plan_page(connection, run=run, partition=partition, after="", cause=cause, due_at=deployment.now())


async def _plan_page(
    connection: AsyncConnection, *, run: str, partition: int, after: str, cause: str, due_at: datetime
) -> None:
    payload = {"run": run, "partition": partition, "after": after, "cause": cause}
    await plan(
        connection,
        kind=REEVALUATE,
        key=f"{run}/{partition}/{after}",
        due_at=due_at,
        payload=msgspec.json.encode(payload).decode(),
    )


async def reevaluate_page(
    connection: AsyncConnection, timer: Timer, *, deployment: Deployment, cache: StateCache, minutes: int
) -> None:
    """Fire a page's timer in its transaction."""
    run, cause, after = timer.payload["run"], timer.payload["cause"], timer.payload["after"]
    partition, today = int(timer.payload["partition"]), deployment.today()
    if cause == TIME and run < today.isoformat():
        await plan_day(connection, today, deployment=deployment, minutes=minutes)
        return
    taken = await cache.take(connection, [partition], as_owner=False)
    page = await read_evaluated(connection, partition=partition, after=after, limit=PAGE)
    asked = [subject for subject, evaluated_on in page if cause != TIME or evaluated_on != today]
    canonical = await canonical_ids(connection, asked)
    customers = [subject for subject in asked if canonical[subject] == subject]
    candidates = await unite(connection, customers, cause=cause, taken=taken, deployment=deployment)
    rules = await deployment.rules.in_force(connection)
    rows, messages, transitions = judge_customers(
        candidates, today=today, now=deployment.now(), rules=rules, currency=deployment.currency
    )
    raw = await driver(connection)
    await write_states(raw, rows)
    await queue_messages(raw, messages)
    await store_transitions(raw, transitions)
    log.info(
        "page_reevaluated", run=run, partition=partition, after=after, customers=len(rows), published=len(messages)
    )
    if len(page) == PAGE:
        last = page[-1][0]
        await _plan_page(connection, run=run, partition=partition, after=last, cause=cause, due_at=deployment.now())
    elif cause == TIME:
        await plan_day(connection, today + timedelta(days=1), deployment=deployment, minutes=minutes)
        await connection.execute(_FORGET, {"kind": REEVALUATE, "days": KEEP_DAYS})
