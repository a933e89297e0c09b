"""Is every decided action delivered, whatever receiver and workers do? `python -m chaos delivery [--actions N]`.

Runs in a database of its own on the servers of GUANXI_HOME, against a bad gateway on loopback, while workers are killed
again and again: first with a gateway that drops repeats (every action arrives, repeats carry the same webhook-id), then
with one that cannot (nothing arrives twice). What was decided is the oracle.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy import text

from chaos.delivery_world import decide_actions, gateway, set_channels
from chaos.receiver import BAD, Receiver, receiving
from common.database import Database, open_database
from common.events import decode_event
from guanxi_cli.local.databases import create_database, grant_inside, in_database
from guanxi_cli.local.home import find_home
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import migrate

LEASE_SECONDS = 4.0
WORKERS = 2
_LEFT = text("SELECT count(*) FROM action WHERE state IN ('waiting', 'sending')")
_STATES = text("SELECT 'act_' || id, state FROM action")
_FACTS = text("SELECT value FROM outbox ORDER BY id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run showed; `repeats`: deliveries beyond the first of an action."""

    decided: int
    states: dict[str, int]
    repeats: int
    behaviours: dict[str, int]
    kills: int
    seconds: float
    wrong: list[str]


async def deliver_badly(
    url: str, folder: Path, *, actions: int, kills: int, drops_repeats: bool, seconds: float
) -> Verdict:
    """One run on an engagement database of its own, which holds no actions yet."""
    began = time.monotonic()
    database = open_database(url, application="delivery-driver")
    try:
        async with receiving(BAD) as receiver:
            settings = gateway(receiver.port, drops_repeats=drops_repeats)
            await set_channels(database, folder, {"email": settings})
            decided = await decide_actions(database, actions, kinds=["email"])
            async with _dying_workers(url, folder, kills) as killed:
                await _until_done(database, began + seconds)
            states, facts = await _ends(database)
            wrong = _wrong(actions, decided, states, facts, receiver, drops_repeats=drops_repeats)
    finally:
        await database.close()
    return Verdict(
        decided=decided,
        states=dict(Counter(states.values())),
        repeats=sum(receiver.took_effect.values()) - len(receiver.took_effect),
        behaviours=dict(receiver.did),
        kills=len(killed),
        seconds=time.monotonic() - began,
        wrong=wrong,
    )


@asynccontextmanager
async def _dying_workers(url: str, folder: Path, kills: int) -> AsyncIterator[list[int]]:
    """Workers of which one after the other is killed, so many times, and replaced; the list holds the dead."""
    killed: list[int] = []
    running = [await _start(url, folder) for _ in range(WORKERS)]

    async def keep_killing() -> None:
        while len(killed) < kills:
            await asyncio.sleep(random.uniform(1.0, 3.0))
            victim = random.randrange(WORKERS)
            running[victim].kill()
            await running[victim].wait()
            killed.append(running[victim].pid)
            running[victim] = await _start(url, folder)

    killing = asyncio.create_task(keep_killing())
    try:
        yield killed
    finally:
        killing.cancel()
        await asyncio.wait([killing])
        for process in running:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _start(url: str, folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chaos.delivery_worker", url, str(folder), str(LEASE_SECONDS)
    )


async def _until_done(database: Database, deadline: float) -> None:
    while True:
        async with database.transaction() as connection:
            left = (await connection.execute(_LEFT)).scalar_one()
        if not left:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} actions have not come to an end in time")
        await asyncio.sleep(0.2)


async def _ends(database: Database) -> tuple[dict[str, str], Counter[str]]:
    """Action -> state, and how often each fact was published."""
    async with database.transaction() as connection:
        states: dict[str, str] = dict((await connection.execute(_STATES)).all())
        facts = Counter(decode_event(bytes(value)).id for value in (await connection.execute(_FACTS)).scalars())
    return states, facts


def _wrong(
    actions: int,
    decided: int,
    states: dict[str, str],
    facts: Counter[str],
    receiver: Receiver,
    *,
    drops_repeats: bool,
) -> list[str]:
    """Every way in which the run differs from what was decided."""
    wrong = [] if decided == len(states) == actions else [f"{actions} wanted, {decided} decided, {len(states)} actions"]
    wrong += [f"{id_} arrived and was never decided" for id_ in receiver.took_effect.keys() - states.keys()]
    wrong += [f"{id_} came with {len(bodies)} texts" for id_, bodies in receiver.bodies.items() if len(bodies) > 1]
    wrong += [f"{receiver.forged} signatures do not fit"] if receiver.forged else []
    for id_, state in states.items():
        arrived = receiver.took_effect[id_]
        if drops_repeats and (state != "sent" or not arrived):
            wrong.append(f"{id_} is {state} and arrived {arrived} times")
        if not drops_repeats and (arrived > 1 or state not in ("sent", "unknown") or (state == "sent" and not arrived)):
            wrong.append(f"{id_} is {state} and arrived {arrived} times")
        told = (facts[f"{id_}:sent"], facts[f"{id_}:failed"])
        if told != ((1, 0) if state == "sent" else (0, 1)):
            wrong.append(f"{id_} is {state} and was told sent, failed {told} times")
    return wrong


async def run(actions: int, kills: int) -> bool:
    """Both runs, a line each; whether nothing was wrong."""
    good = True
    for drops_repeats, number in ((True, actions), (False, actions)):
        seconds = 120 + number / 20 + 4 * kills
        verdict = await _in_own_database(number, kills, drops_repeats=drops_repeats, seconds=seconds)
        kind = "drops repeats" if drops_repeats else "cannot drop repeats"
        print(
            f"a gateway that {kind}: {verdict.decided} decided, {verdict.states}, {verdict.repeats} repeats, gateway "
            f"{verdict.behaviours}, {verdict.kills} workers killed, {verdict.seconds:.0f} s, {len(verdict.wrong)} wrong"
        )
        for line in verdict.wrong[:10]:
            print(f"  {line}")
        good = good and not verdict.wrong
    return good


async def _in_own_database(actions: int, kills: int, *, drops_repeats: bool, seconds: float) -> Verdict:
    home = find_home(Path(os.environ["GUANXI_HOME"]) if "GUANXI_HOME" in os.environ else None)
    name = f"delivery_{uuid4().hex}"
    admin = await asyncpg.connect(admin_url(home))
    try:
        await create_database(admin, name, "engagement")
        await grant_inside(in_database(admin_url(home), name), "engagement")
        await migrate(home, "engagement", name)
        with tempfile.TemporaryDirectory() as folder:
            url = home.database_url("engagement", name)
            return await deliver_badly(
                url, Path(folder), actions=actions, kills=kills, drops_repeats=drops_repeats, seconds=seconds
            )
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos delivery")
    parser.add_argument("--actions", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=50, help="of workers, in each of the two runs")
    chosen = parser.parse_args(arguments)
    sys.exit(0 if asyncio.run(run(chosen.actions, chosen.kills)) else 1)
