"""Who is measured beside whom on one log of events? Processes that are stopped while another one works. (B5, B6, B7)

`copy`: consume and the ledger's COPY alone. `scoring`: the whole path. `relay`: with the relay to Kafka. `single`: the
whole path with a transaction an event. `quix`: Quix Streams (quix_worker.py says what it does and does not do), in a
Python of its own, as its dependencies do not stand beside ours.
"""

import asyncio
import os
import signal
import subprocess
import sys
import venv
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from common.events import INTERACTIONS
from guanxi_cli.local.databases import create_database, grant_inside, in_database
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import PARTITIONS
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import migrate

ROOT: Final = Path(__file__).parents[1]
QUIX: Final = "quix"
QUIX_RELEASE: Final = "quixstreams==3.28.1"
START_SECONDS: Final = 120


@dataclass(slots=True, kw_only=True)
class Contender(ABC):
    """One process, and its events per CPU-second and second by workload, round by round."""

    mode: str
    process: psutil.Process
    per_cpu_second: dict[str, list[float]] = field(default_factory=dict)
    per_second: dict[str, list[float]] = field(default_factory=dict)

    @abstractmethod
    async def done(self) -> int:
        """How many events it has applied."""


@dataclass(slots=True, kw_only=True)
class Ours(Contender):
    """With a database of its own."""

    database: str
    connection: asyncpg.Connection

    async def done(self) -> int:
        """How many events it has applied, and with the relay also handed on."""
        if self.mode == "relay" and await self.connection.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
            return 0
        return int(await self.connection.fetchval("SELECT coalesce(sum(next_offset), 0) FROM progress"))


@dataclass(slots=True, kw_only=True)
class Quix(Contender):
    """With a folder of its own."""

    place: Path

    def told(self) -> tuple[int, int]:
        """How many events it has taken, and how many its states know."""
        file = self.place / "done"
        words = file.read_text().split() if file.exists() else []
        return (int(words[0]), int(words[1])) if words else (0, 0)

    async def done(self) -> int:
        """How many events it has taken."""
        return self.told()[0]


@asynccontextmanager
async def contender(home: Home, mode: str) -> AsyncIterator[Contender]:
    """A contender, stopped once it is there; ended at the end."""
    starting = _quix(home) if mode == QUIX else ours(home, mode)
    async with starting as one:
        one.process.send_signal(signal.SIGSTOP)
        yield one


@asynccontextmanager
async def ours(home: Home, mode: str, topic: str = INTERACTIONS) -> AsyncIterator[Ours]:
    """A worker of ours on a topic, running; ended at the end."""
    database = f"{mode}_{topic.split('.')[1]}"
    admin = await asyncpg.connect(admin_url(home))
    await create_database(admin, database, "scoring")
    await admin.close()
    await grant_inside(in_database(admin_url(home), database), "scoring")
    await migrate(home, "scoring", database)
    url = home.database_url("scoring", database)
    command = [sys.executable, "-m", "bench.scoring_worker", url, home.bootstrap, mode, topic]
    connection = await asyncpg.connect(url)
    try:
        async with _running(command, mode) as process:
            async with asyncio.timeout(START_SECONDS):
                while await connection.fetchval("SELECT count(*) FROM progress") != PARTITIONS:
                    assert process.is_running(), f"the {mode} worker ended"
                    await asyncio.sleep(0.05)
            yield Ours(mode=mode, database=database, process=process, connection=connection)
    finally:
        await connection.close()


@asynccontextmanager
async def _quix(home: Home) -> AsyncIterator[Quix]:
    place = home.folder / QUIX
    place.mkdir()
    python = await asyncio.to_thread(quix_python)
    command = [str(python), "-m", "bench.quix_worker", home.bootstrap, INTERACTIONS, str(place)]
    async with _running(command, QUIX) as process:
        yield Quix(mode=QUIX, process=process, place=place)


@asynccontextmanager
async def _running(command: Sequence[str], mode: str) -> AsyncIterator[psutil.Process]:
    started = await asyncio.to_thread(partial(subprocess.Popen, command, cwd=ROOT))
    assert started.poll() is None, f"the {mode} worker ended"
    try:
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGCONT)
        started.terminate()
        await asyncio.to_thread(started.wait)


def quix_python() -> Path:
    """A Python that has Quix Streams, made once in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "guanxi" / QUIX_RELEASE.replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", QUIX_RELEASE], check=True)
        (folder / "complete").touch()
    return python
