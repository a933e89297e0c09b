"""How does PostgreSQL run on this machine: as which user, in which folder, and when is it ready?"""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil

from guanxi_cli.local.account import WITHIN_REACH, Account, unprivileged
from guanxi_cli.local.databases import create_databases
from guanxi_cli.local.home import Home
from guanxi_cli.local.ports import SERVICES
from guanxi_cli.local.postgres_server import find_server
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.processes import Part, Record, running, start
from guanxi_cli.local.run import run
from guanxi_cli.local.shipped import filled_in
from guanxi_cli.local.wait import until_ready
from guanxi_cli.local.whole import made_whole

SUPERUSER = "guanxi"
INITDB_SECONDS = 60
READY_SECONDS = 120


def postgres_part(home: Home, command: Sequence[str] = (), account: Account | None = None) -> Part:
    return Part(
        name="postgres",
        command=command,
        ports=[home.port("postgres")],
        account=account,
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
        stop_seconds=30,
    )


async def start_postgres(home: Home, *, durable: bool = True) -> Record:
    """The record of a server that answers and has the four databases; starts it unless it runs."""
    record = running(home, postgres_part(home))
    if record is None:
        account = unprivileged()
        data = data_folder(home, account)
        server = find_server(account, _version_of_data(data))
        await made_whole(data, lambda folder: _initdb(server, folder, account, durable=durable))
        _write_settings(home, data, account, durable=durable)
        await _forget_the_dead(data)
        command = [str(server / "postgres"), "-D", str(data)]
        record = start(home, postgres_part(home, command, account))
    await until_ready(home, record, lambda: answers(admin_url(home)), seconds=READY_SECONDS)
    await create_databases(admin_url(home), SERVICES)
    return record


def admin_url(home: Home) -> str:
    return home.database_url(SUPERUSER, "postgres")


async def answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True


def data_folder(home: Home, account: Account | None) -> Path:
    """HOME/postgres, unless the server's user cannot reach it (a home below /root): then a folder of the machine's."""
    wanted = home.folder / "postgres"
    if account is None or account.reaches(wanted):
        return wanted
    WITHIN_REACH.mkdir(mode=0o711, parents=True, exist_ok=True)
    return WITHIN_REACH / f"{home.id}"


def _version_of_data(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


async def _initdb(server: Path, folder: Path, account: Account | None, *, durable: bool) -> None:
    _make_owned(folder, account)
    command = [server / "initdb", "-D", folder, "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8"]
    command += ["--locale=C", "--no-instructions"] if durable else ["--locale=C", "--no-instructions", "--no-sync"]
    await run([str(word) for word in command], what="initdb", seconds=INITDB_SECONDS, account=account)


def _make_owned(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700)
    if account:
        account.own(folder)


def _write_settings(home: Home, data: Path, account: Account | None, *, durable: bool) -> None:
    path = data / "postgresql.conf"
    onoff = "on" if durable else "off"
    path.write_text(filled_in("deploy/local/postgresql.conf", port=home.port("postgres"), durable=onoff))
    if account:
        account.own(path)


async def _forget_the_dead(data: Path) -> None:
    """After a kill -9 of the server: wait for its children, which end by themselves, then drop its stale pid file.

    The pid in that file may belong to another process by now, and the server would take that for itself.
    """
    deadline = time.monotonic() + READY_SECONDS
    while _processes_in(data):
        if time.monotonic() > deadline:
            raise Problem(f"processes of an earlier server still use {data}: {_processes_in(data)}")
        await asyncio.sleep(0.1)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(data.resolve()):
                found.append(process.pid)
    return found
