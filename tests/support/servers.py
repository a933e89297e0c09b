"""Which servers do the tests use? One real pair a run, and one whole system, shared by all workers, on own ports.

They are those of `guanxi up`, in temporary homes, started by the first test that asks and stopped after the last.
What cannot start fails the tests; nothing is skipped.
"""

import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from tests.support.port_bases import claim_port_base

from guanxi_cli.local.home import MARK, Home, find_home
from guanxi_cli.local.kafka import start_kafka
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.lock import exclusive
from guanxi_cli.local.postgres import start_postgres
from guanxi_cli.local.processes import stop
from guanxi_cli.local.system import bring_up, parts, together

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
    for folder in (_servers_folder(), _system_folder()):
        remove_home(folder)


async def shared_servers() -> Home:
    """The home of PostgreSQL and Kafka alone. They are quick, not durable: for tests that kill nothing."""
    return await _shared(_servers_folder(), _start_servers)


async def shared_system() -> Home:
    """The home of the four services with their servers, as `guanxi up` starts them."""
    return await _shared(_system_folder(), bring_up)


async def _shared(folder: Path, bring: Callable[[Home], Awaitable[object]]) -> Home:
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240
    async with exclusive(folder / "shared.lock"):
        ready = folder / "ready"
        if not ready.exists():
            base = None if (folder / MARK).exists() else claim_port_base()  # a start that failed has one already
            await bring(find_home(folder, base))
            ready.touch()
    return find_home(folder)


async def _start_servers(home: Home) -> None:
    home.make()
    make_secrets(home)
    await together(start_postgres(home, durable=False), start_kafka(home))


def _servers_folder() -> Path:
    return Path(os.environ[VARIABLE])


def _system_folder() -> Path:
    return Path(f"{os.environ[VARIABLE]}-system")


def remove_home(folder: Path) -> None:
    """Stop what runs in a temporary home and delete it."""
    if folder.exists():
        home = find_home(folder)
        for part in reversed(parts(home)):
            stop(home, part)
        shutil.rmtree(folder)
