"""How many decisions does engagement make in a CPU second of its worker? `python -m bench decisions`.

One process decides occasions that are due, as the worker does: claim, locks, standing, arbiter, decision and action
rows, fact for the outbox. Its own CPU time is counted; PostgreSQL's is another process's. Baseline: the pure arbiter on
like customers, without a database.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
from bench.machine import describe_machine
from tests.support.arbiter import occasion, playbook, rules, standing
from tests.support.homes import own_home

from common.database import Database, open_database
from common.garbage import collect_less
from engagement.domain.arbiter import decide
from engagement.store.documents import add_document
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment
from guanxi_cli.local.databases import create_database, create_roles, grant_inside, in_database
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.postgres import admin_url, start_postgres
from guanxi_cli.local.services import migrate

MUST: Final = 2_000
CUSTOMERS: Final = 5_000
CLAIM: Final = 200
WARM_UP: Final = 1_000
"""Decisions before the clock starts: imports, prepared statements, the cache of policies."""

NOON: Final = datetime(2026, 11, 20, 4, tzinfo=UTC)
PLAYBOOKS: Final = (
    ("offer", "marketing", "holdout: 10%\nfamily: offers\nstop_on: [order.completed, complaint.made]"),
    ("greeting", "care", "tone: cheerful"),
    ("delivered", "service", "once_per: {days: 7}\nstop_on: [complaint.made]"),
)
ADDRESSES: Final = """
    INSERT INTO address SELECT 'c-' || n, kind, kind || n, $1 FROM generate_series(1, $2::int) n,
        unnest(ARRAY['email', 'phone']) kind
"""
CONSENTS: Final = """
    INSERT INTO consent SELECT 'c-' || n, purpose, '*', true, $1, 'shop', 'x' FROM generate_series(1, $2::int) n,
        unnest(ARRAY['care', 'marketing', 'research']) purpose WHERE n % 4 > 0
"""
HEARD: Final = """
    INSERT INTO heard SELECT 'c-' || n, what, $1::timestamptz, $1 FROM generate_series(1, $2::int) n,
        unnest(ARRAY['order.completed', 'complaint.made']) what WHERE n % 3 = 0
"""
OCCASIONS: Final = """
    INSERT INTO occasion (playbook, version, step, customer, key, at, due_at, valid_until, decide_at, facts)
    SELECT playbook, 1, 0, 'c-' || n, 'k', $1, $1, $1::timestamptz + interval '3 days', $1,
        '{"data": {"order_id": "1001"}}'
    FROM generate_series(1, $2::int) n, unnest(ARRAY['offer', 'greeting', 'delivered']) playbook
"""
FILL: Final = (ADDRESSES, CONSENTS, HEARD, OCCASIONS)


def main() -> None:
    """Print the machine, the baseline, and the figure beside what it must be."""
    print(describe_machine("asyncpg", "sqlalchemy", "msgspec"))
    print(f"baseline, the arbiter alone: {_pure():,.0f} decisions per CPU second")
    asyncio.run(_measured())


def _pure() -> float:
    rule, about, known, all_rules = playbook(), occasion(), standing(), rules()
    began = time.process_time()
    for _ in range(20_000):
        decide(about, rule, known, all_rules, NOON)
    return 20_000 / (time.process_time() - began)


async def _measured() -> None:
    async with own_home() as home:
        home.make()
        make_secrets(home)
        await start_postgres(home)
        url = await _filled(home)
        database = open_database(url, application="bench-decisions")
        try:
            await _decide(database)
        finally:
            await database.close()


async def _filled(home: Home) -> str:
    name = f"decisions_{uuid4().hex}"
    admin = await asyncpg.connect(admin_url(home))
    await create_roles(admin, "engagement")
    await create_database(admin, name, "engagement")
    await admin.close()
    await grant_inside(in_database(admin_url(home), name), "engagement")
    await migrate(home, "engagement", name)
    url = home.database_url("engagement", name)
    connection = await asyncpg.connect(url)
    for statement in FILL:
        await connection.execute(statement, NOON, CUSTOMERS)
    await connection.execute("ANALYZE")
    await connection.close()
    return url


async def _decide(database: Database) -> None:
    deployment = Deployment(zone=ZoneInfo("Asia/Shanghai"), partitions=6)
    async with database.transaction() as connection:
        for name, purpose, more in PLAYBOOKS:
            written = (
                f"name: {name}\npurpose: {purpose}\npriority: 50\nwhen: {{interaction: {{type: page.viewed}}}}\n"
                f"do: [{{message: {{template: hello, channels: [wecom, sms, email]}}}}]\nvalid_for: 3d\n{more}\n"
            )
            await add_document(connection, kind="playbook", name=name, written=written, author="bench")
    collect_less()
    decided, counted = 0, 0
    began = cpu = 0.0
    while True:
        async with database.transaction() as connection:
            taken = await decide_occasions(connection, deployment=deployment, limit=CLAIM, now=NOON)
        if not taken:
            break
        decided += taken
        if decided < WARM_UP:
            began, cpu, counted = time.perf_counter(), time.process_time(), 0
        else:
            counted += taken
    used, passed = time.process_time() - cpu, time.perf_counter() - began
    print(
        f"engagement decides {counted:,} occasions: {counted / used:,.0f} decisions per CPU second (must {MUST:,}: "
        f"{'met' if counted / used >= MUST else 'MISSED'}), {counted / passed:,.0f} a second by the clock of the wall"
    )
