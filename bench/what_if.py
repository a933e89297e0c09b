"""How long does one core take to judge a whole base by a draft beside the live policy? `python -m bench what_if`.

Real PostgreSQL of the bench's own with synthetic states of 30 day buckets and 6 orders (synthetic_states.py), and the
job as the worker does it: a page a transaction, read, judged twice, added up, progress kept. The process is pinned to
one core. Baselines of the same run over the same customers: the pages read and not judged, and one judging alone
without a database. The must counts the worker's CPU; the wall clock, which PostgreSQL shares, is told beside it.
"""

import argparse
import asyncio
import logging
import sys
import time
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
import yaml
from bench.machine import describe_machine
from bench.nightly_database import DATABASE, PARTITIONS, ZONE, fill_states
from bench.one_core import pin, start_again_with_one_thread
from bench.synthetic_states import synthetic_states
from tests.support.homes import own_home

from common.database import Database, open_database
from common.garbage import collect_less
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.postgres import start_postgres
from scoring.domain.card import score
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import pack
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Setting
from scoring.jobs.runs import STEPS
from scoring.store.jobs import find_job
from scoring.usecases.ask_what_if import ask_what_if
from scoring.usecases.compare_policies import PAGE
from scoring.usecases.create_policy_draft import create_policy_draft
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base
from scoring.usecases.step_job import step_job

MILLION: Final = 1_000_000
MUST_SECONDS: Final = 120.0
SHIPPED: Final = Path("policies/scoring.yaml")
Seconds = tuple[float, float]
"""CPU of this process, and the wall clock."""


def main() -> None:
    """Print the machine, both baselines and the job's figures."""
    parser = argparse.ArgumentParser(prog="python -m bench what_if")
    parser.add_argument("--customers", type=int, default=MILLION)
    arguments = parser.parse_args(sys.argv[2:])
    start_again_with_one_thread()
    sys.stdout.write(describe_machine("numpy", "sqlalchemy", "asyncpg") + "\n")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(_measure(arguments.customers))


async def _measure(customers: int) -> None:
    now = datetime.now(UTC)
    deployment = Deployment(
        partitions=PARTITIONS, zone=ZONE, setting=Setting(zone=ZONE, money=Money(base_currency="CNY")), now=lambda: now
    )
    async with own_home() as home:
        home.make()
        make_secrets(home)
        await start_postgres(home)
        await fill_states(home, customers, now)
        sys.stdout.write(pin())
        database = open_database(home.database_url("scoring", DATABASE), application="bench-what-if")
        collect_less()
        try:
            await _read(database, deployment, customers)
            _judge_once(customers, deployment.today())
            await _compare(database, deployment, customers)
        finally:
            await database.close()


async def _read(database: Database, deployment: Deployment, customers: int) -> None:
    began, seen = _clock(), 0
    async with database.transaction() as connection:
        async for page in read_base(connection, deployment=deployment, size=PAGE):
            seen += len(page.customers)
    assert seen == customers, "a customer was not read"
    _report("read and not judged", customers, began)


def _judge_once(customers: int, today: date) -> None:
    policy = Policy.from_mapping(yaml.safe_load(SHIPPED.read_text("utf-8")))
    used = [0.0, 0.0]
    for bodies in synthetic_states(customers, as_of=today, page=PAGE):
        began = _clock()
        score(pack(bodies), today, policy, policy.fixed)
        used = [total + now - before for total, now, before in zip(used, _clock(), began, strict=True)]
    _tell("judged once, no database", customers, (used[0], used[1]))


async def _compare(database: Database, deployment: Deployment, customers: int) -> None:
    async with database.transaction() as connection:
        draft = await create_policy_draft(
            connection, _draft(), tests=[], note="", version="draft", author="bench", deployment=deployment
        )
        id_ = await ask_what_if(
            connection,
            draft.version,
            thresholds=None,
            as_of=deployment.today(),
            movers=100,
            asked_by="bench",
            deployment=deployment,
        )
    began = _clock()
    while await _step(database, deployment):
        pass
    seconds = _report("what-if, whole job", customers, began)
    result = await _result(database, id_)
    assert result["customers"] == customers, "a customer was not compared"
    moved = ", ".join(f"{one['dimension']} {one['moved']:,}" for one in result["dimensions"])
    sys.stdout.write(f"moved: {result['moved']:,} ({moved})\n")
    if customers >= MILLION:
        verdict = "met" if seconds < MUST_SECONDS * customers / MILLION else "MISSED"
        sys.stdout.write(f"must: {MUST_SECONDS:.0f} s of one core for 1,000,000: {verdict}\n")


async def _step(database: Database, deployment: Deployment) -> bool:
    async with database.transaction() as connection:
        return await step_job(connection, STEPS, deployment=deployment)


async def _result(database: Database, id_: UUID) -> dict[str, Any]:
    async with database.transaction() as connection:
        job = await find_job(connection, id_)
    assert job is not None
    assert job.result is not None, job.error
    return job.result


def _draft() -> dict[str, Any]:
    """The shipped policy with a shorter guard, earlier dormancy and other weights: every dimension has something."""
    body = deepcopy(yaml.safe_load(SHIPPED.read_text("utf-8")))
    body["tier"]["guard_days"] = 14
    body["status"]["dormant_from_days"] = 120
    body["scores"]["engagement"]["half_life_days"] = 45
    body["stage"]["loyalty"]["purchase_days_at_least"] = 5
    body["thresholds"]["key_account_minor"] = 150_000
    return dict(body)


def _clock() -> Seconds:
    return time.process_time(), time.perf_counter()


def _report(name: str, customers: int, began: Seconds) -> float:
    ended = _clock()
    return _tell(name, customers, (ended[0] - began[0], ended[1] - began[1]))


def _tell(name: str, customers: int, seconds: Seconds) -> float:
    """The CPU seconds, after a line about them."""
    cpu, wall = seconds
    sys.stdout.write(
        f"{name:26} {customers:,} customers: {cpu:.1f} s of CPU, {wall:.1f} s by the clock, "
        f"{1e6 * cpu / customers:.1f} us of CPU a customer\n"
    )
    return cpu
