"""Do consent, caps and quiet hours hold under concurrency? `python -m chaos deciders [--decisions N]` (R28).

Runs in a database of its own on the servers of GUANXI_HOME, in steps of seventeen simulated hours: 64 deciders decide
what is due for 1,000 customers in six zones, senders ask again and send, consents flip all the while, and now and then
a decider dies with its transaction. An oracle judges every message from a journal.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from chaos.deciders_oracle import violations
from chaos.deciders_trial import attempt
from guanxi_cli.local.databases import create_database, grant_inside, in_database
from guanxi_cli.local.home import find_home
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import migrate

EACH_STEP = 2000


@asynccontextmanager
async def own_database() -> AsyncIterator[str]:
    """The URL of a new engagement database on the servers of GUANXI_HOME; dropped at the end."""
    home = find_home(Path(os.environ["GUANXI_HOME"]) if "GUANXI_HOME" in os.environ else None)
    name = f"deciders_{uuid4().hex}"
    admin = await asyncpg.connect(admin_url(home))
    try:
        await create_database(admin, name, "engagement")
        await grant_inside(in_database(admin_url(home), name), "engagement")
        await migrate(home, "engagement", name)
        yield home.database_url("engagement", name)
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


async def run(*, customers: int, decisions: int, deciders: int) -> bool:
    """The whole proof; whether nothing was wrong."""
    began = time.monotonic()
    async with own_database() as url:
        trial = await attempt(url, customers=customers, decisions=decisions, deciders=deciders, each_step=EACH_STEP)
    wrong = violations(trial.everybody, trial.statements, trial.messages)
    sent = sum(one.sent for one in trial.messages)
    print(
        f"{trial.made} decisions by {deciders} deciders for {customers} customers, {trial.deaths} deciders died, "
        f"{len(trial.statements)} consents flipped, {sent} messages sent, {time.monotonic() - began:.0f} s: "
        f"{len(wrong)} violations"
    )
    for line in wrong[:10]:
        print(f"  {line}")
    return not wrong


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos deciders")
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--deciders", type=int, default=64)
    chosen = parser.parse_args(arguments)
    proof = run(customers=chosen.customers, decisions=chosen.decisions, deciders=chosen.deciders)
    sys.exit(0 if asyncio.run(proof) else 1)
