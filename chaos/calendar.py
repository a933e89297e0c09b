"""Does every dated care fire once, in time, for years, whatever dies? `python -m chaos calendar [--customers N]`.

Runs in a database of its own on the servers of GUANXI_HOME: three workers plan and decide by a simulated clock, one of
them kills itself with SIGKILL again and again, customers move and correct their birthdays, and what fired is compared
with a model that knows nothing of the planner.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import text

from chaos.calendar_clock import SPEED, SimulatedClock
from chaos.calendar_world import PLAYBOOKS, Key, Person, expected, people
from common.database import Database, open_database
from common.dead_letters import Received
from common.events import Event
from engagement.consumers.events import EventHandler
from engagement.store.documents import add_document
from engagement.usecases.current_policies import Policies
from guanxi_cli.local.databases import create_database, grant_inside, in_database
from guanxi_cli.local.home import find_home
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import migrate

BEGIN = datetime(2027, 1, 10, tzinfo=UTC)
LATEST = timedelta(minutes=5)
STEP_SECONDS = 60.0
SHANGHAI = ZoneInfo("Asia/Shanghai")

_SETTLED = text(
    """
    SELECT NOT EXISTS (SELECT 1 FROM replan) AS marks_taken,
           NOT EXISTS (SELECT 1 FROM occasion WHERE decide_at <= :now) AS due_decided,
           EXISTS (SELECT 1 FROM planning WHERE day = :today AND after IS NULL
                   AND document_id = (SELECT max(id) FROM document)) AS everybody_planned
    """
)
_NEXT = text("SELECT min(decide_at) FROM occasion WHERE decide_at IS NOT NULL")
_FIRED = text(
    """
    SELECT o.customer, o.playbook, o.key, array_agg(d.at ORDER BY d.id), array_agg(d.decision ORDER BY d.id)
    FROM decision d JOIN occasion o ON o.id = d.occasion_id
    WHERE d.reason IS DISTINCT FROM 'stopped' GROUP BY o.customer, o.playbook, o.key
    """
)
_ACTIONS = text("SELECT count(*) FROM action")


@dataclass(kw_only=True)
class Verdict:
    """What the years showed; `wrong` names what was missing, twice, late or early."""

    fired: int
    deaths: int
    steps: int
    latest_seconds: float
    seconds: float
    wrong: list[str] = field(default_factory=list)


async def simulate(url: str, folder: Path, *, customers: int, years: int, idle_days: int, deaths: int) -> Verdict:
    """Live through the years on an engagement database of its own; `deaths`: how often a worker kills itself."""
    began, end = time.monotonic(), BEGIN + timedelta(days=365 * years)
    everybody = people(customers, begin=BEGIN, end=end, seed=4)
    clock = SimulatedClock(folder / "clock")
    clock.set(BEGIN)
    database = open_database(url, application="calendar-driver")
    try:
        await _settle_in(database, everybody)
        steps, died = await _live(database, clock, everybody, url, folder, end, idle_days=idle_days, deaths=deaths)
        verdict = await _compare(database, expected(everybody, begin=BEGIN, end=end), end)
    finally:
        await database.close()
    verdict.steps, verdict.deaths, verdict.seconds = steps, died, time.monotonic() - began
    return verdict


async def _settle_in(database: Database, everybody: Sequence[Person]) -> None:
    """The simulated playbooks alone are in force, and everybody has bought and told a birthday."""
    async with database.transaction() as connection:
        await connection.execute(text("DELETE FROM document"))
        for written in PLAYBOOKS:
            name = written.split()[1]
            await add_document(connection, kind="playbook", name=name, written=written, author="chaos")
    for start in range(0, len(everybody), 500):
        page = everybody[start : start + 500]
        bought = [_event(one, "order.completed", one.first_purchase, email=True) for one in page]
        await _tell(database, bought + [_profile(one, 0) for one in page])


async def _live(
    database: Database,
    clock: SimulatedClock,
    everybody: Sequence[Person],
    url: str,
    folder: Path,
    end: datetime,
    *,
    idle_days: int,
    deaths: int,
) -> tuple[int, int]:
    """From one instant at which something happens to the next; (how many, how often a worker died)."""
    changes = sorted(
        (state.since, one.customer, number, one)
        for one in everybody
        for number, state in enumerate(one.states)
        if number
    )
    steps = 0
    async with _workers(url, folder, deaths) as died:
        await _settled(database, clock)
        now = BEGIN
        while now < end:
            async with database.transaction() as connection:
                due: datetime | None = (await connection.execute(_NEXT)).scalar_one()
            candidates = [
                now + timedelta(days=idle_days),
                end,
                *([due] if due else []),
                *([changes[0][0]] if changes else []),
            ]
            now = max(now, min(candidates))
            clock.set(now)
            while changes and changes[0][0] <= now:
                _, _, number, person = changes.pop(0)
                await _tell(database, [_profile(person, number)])
            await _settled(database, clock)
            steps += 1
        return steps, len(died)


async def _settled(database: Database, clock: SimulatedClock) -> None:
    """Wait until everything that is due is decided and everybody is planned."""
    deadline = time.monotonic() + STEP_SECONDS
    while True:
        now = clock.now()
        async with database.transaction() as connection:
            asked = {"now": now, "today": now.astimezone(SHANGHAI).date()}
            rest = (await connection.execute(_SETTLED, asked)).one()
        if all(rest):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the workers did not come to rest at {now}: {rest._mapping}")
        await asyncio.sleep(0.004)


@asynccontextmanager
async def _workers(url: str, folder: Path, deaths: int) -> AsyncIterator[list[int]]:
    """Two workers that live and one that dies `deaths` times; the list holds the pids of the dead."""
    died: list[int] = []

    async def start(chance: float) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chaos.calendar_worker", url, str(folder / "clock"), str(chance)
        )

    async def keep_dying() -> None:
        while True:
            process = await start(0.2 if len(died) < deaths else 0.0)
            try:
                await process.wait()
                died.append(process.pid)
            finally:
                if process.returncode is None:
                    process.kill()

    steady = [await start(0.0) for _ in range(2)]
    dying = asyncio.create_task(keep_dying())
    try:
        yield died
    finally:
        dying.cancel()
        for process in steady:
            if process.returncode is None:
                process.kill()
            await process.wait()
        await asyncio.wait([dying])


async def _compare(database: Database, wanted: dict[Key, datetime], end: datetime) -> Verdict:
    async with database.transaction() as connection:
        rows = (await connection.execute(_FIRED)).all()
        actions = int((await connection.execute(_ACTIONS)).scalar_one())
    fired = {(customer, playbook, key): (ats, decisions) for customer, playbook, key, ats, decisions in rows}
    wrong = [f"{key}: never fired, due {due}" for key, due in wanted.items() if key not in fired]
    latest = timedelta()
    for key, (ats, decisions) in fired.items():
        due = wanted.get(key)
        if decisions != ["send"]:
            wrong.append(f"{key}: {decisions}")
        elif due is None:
            wrong.append(f"{key}: fired at {ats[0]}, never due before {end}")
        elif not due <= ats[0] <= due + LATEST:
            wrong.append(f"{key}: fired at {ats[0]}, due {due}")
        else:
            latest = max(latest, ats[0] - due)
    if actions != len(fired):
        wrong.append(f"{actions} actions of {len(fired)} occasions")
    return Verdict(fired=len(fired), deaths=0, steps=0, latest_seconds=latest.total_seconds(), seconds=0, wrong=wrong)


def _event(person: Person, type_: str, at: datetime, *, email: bool = False, **data: object) -> Event:
    identifiers = {"identifiers": {"email": f"{person.customer}@example.com"}} if email else {}
    return Event(
        id=f"{type_}-{person.customer}-{at.isoformat()}",
        source="shop",
        type=type_,
        subject=person.customer,
        time=at,
        data={**identifiers, **data},
    )


def _profile(person: Person, number: int) -> Event:
    state = person.states[number]
    told = {
        "zone": state.zone,
        "birthday": f"--{state.birthday.month:02}-{state.birthday.day:02}",
        "birthday_calendar": "lunar" if state.birthday.lunar else "solar",
    }
    return _event(person, "profile.updated", state.since, profile=told)


async def _tell(database: Database, events: Sequence[Event]) -> None:
    async with database.transaction() as connection:
        received = [
            Received(topic="topic", partition=0, offset=offset, value=b"", event=event)
            for offset, event in enumerate(events)
        ]
        await EventHandler(Policies(), SHANGHAI).handle(connection, received)


async def run(customers: int, years: int, deaths: int) -> bool:
    """The whole proof in a new database, which is dropped again; whether nothing was wrong."""
    home = find_home(Path(os.environ["GUANXI_HOME"]) if "GUANXI_HOME" in os.environ else None)
    name = f"calendar_{uuid4().hex}"
    admin = await asyncpg.connect(admin_url(home))
    try:
        await create_database(admin, name, "engagement")
        await grant_inside(in_database(admin_url(home), name), "engagement")
        await migrate(home, "engagement", name)
        with tempfile.TemporaryDirectory() as folder:
            url = home.database_url("engagement", name)
            verdict = await simulate(url, Path(folder), customers=customers, years=years, idle_days=1, deaths=deaths)
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()
    print(
        f"{years} simulated years, {customers} customers, 3 workers, {verdict.deaths} killed in work, {verdict.steps} "
        f"steps in {verdict.seconds:.0f} s (x{SPEED:.0f} while they work): {verdict.fired} fired, the latest "
        f"{verdict.latest_seconds:.0f} s after due, {len(verdict.wrong)} wrong"
    )
    for line in verdict.wrong[:10]:
        print(f"  {line}")
    return not verdict.wrong


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos calendar")
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--deaths", type=int, default=100, help="how often a worker kills itself")
    chosen = parser.parse_args(arguments)
    sys.exit(0 if asyncio.run(run(chosen.customers, chosen.years, chosen.deaths)) else 1)
