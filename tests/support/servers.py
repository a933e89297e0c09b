"""Which PostgreSQL and Kafka do the tests use? One real pair a run, shared by all its workers, on ports of its own.

It is the pair of `guanxi up`, in a temporary home, started by the first test that asks and stopped after the last.
A server that cannot start fails the tests; nothing is skipped.
"""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

import psutil
from tests.support.port_bases import claim_port_base

from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.kafka import start_kafka
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.lock import exclusive
from guanxi_cli.local.postgres import start_postgres
from guanxi_cli.local.processes import stop
from guanxi_cli.local.system import parts

VARIABLE = "GUANXI_TEST_SERVERS"
PREFIX = "guanxi-tests-"


def name_servers() -> None:
    """In the process that owns the run: name its home, for itself and the workers, and end what dead runs left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            remove_home(folder)
    os.environ[VARIABLE] = str(Path(tempfile.gettempdir(), f"{PREFIX}{os.getpid()}"))


def stop_servers() -> None:
    """In the process that owns the run, after its last test."""
    remove_home(Path(os.environ[VARIABLE]))


async def shared_servers() -> Home:
    """The home of the running pair."""
    folder = _made(Path(os.environ[VARIABLE]))
    async with exclusive(folder / "lock"):
        if (folder / "ready").exists():
            return find_home(folder)
        home = Home(folder=folder, port_base=claim_port_base())
        home.make()
        make_secrets(home)
        await asyncio.gather(start_postgres(home, durable=False), start_kafka(home))
        (folder / "ready").touch()
    return home


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def remove_home(folder: Path) -> None:
    """Stop what runs in a temporary home and delete it."""
    if folder.exists():
        home = find_home(folder)
        for part in reversed(parts(home)):
            stop(home, part)
        shutil.rmtree(folder)
