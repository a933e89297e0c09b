"""Does a local system come up, stay, heal and go down, with the real servers?"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio
from tests.support.homes import own_home
from tests.support.waiting import until

from guanxi_cli.local import kafka, postgres
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import TOPICS, kafka_part
from guanxi_cli.local.ports import LOOPBACK, SERVICES, whose
from guanxi_cli.local.postgres import admin_url, postgres_part
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.processes import running
from guanxi_cli.local.system import bring_down, bring_up

COMMAND_SECONDS = 90


@pytest_asyncio.fixture(scope="module")
async def home() -> AsyncIterator[Home]:
    """A system that was brought up over the remains of interrupted starts and of a dead one."""
    async with own_home() as home:
        home.make()
        for remains in ("postgres.half", "kafka.half"):
            (home.folder / remains).mkdir()
            (home.folder / remains / "PG_VERSION").write_text("15")
        (home.run / "postgres.json").write_text("{")
        (home.run / "kafka.json").write_text('{"part": "kafka", "pid": 1')
        (home.folder / "credentials.json").write_text("")
        await up(home)
        yield home


async def up(home: Home) -> dict[str, int]:
    """The pid of each part after `guanxi up --servers-only`."""
    lines: list[str] = []
    await bring_up(home, say=lines.append, services=())
    return {line.split()[0]: int(line.split()[2]) for line in lines}


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    process.wait(timeout=10)


async def test_a_half_made_home_comes_up_with_its_databases_and_topics(home: Home) -> None:
    connection = await asyncpg.connect(admin_url(home))
    databases = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
    await connection.close()
    assert databases >= set(SERVICES)
    await kafka.create_topics(home.bootstrap, TOPICS)  # they are there, which is no error
    assert await kafka.answers(home)


async def test_up_again_keeps_every_process(home: Home) -> None:
    assert await up(home) == await up(home)


async def test_a_killed_database_server_is_started_again_with_its_rows(home: Home) -> None:
    before = await up(home)
    connection = await asyncpg.connect(home.database_url("ingest_owner", "ingest"))
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    kill(before["postgres"])
    after = await up(home)
    assert after["postgres"] != before["postgres"]
    assert after["kafka"] == before["kafka"]
    again = await asyncpg.connect(home.database_url("ingest", "ingest"))
    assert await again.fetchval("SELECT number FROM kept") == 7
    await again.close()


async def test_a_killed_broker_is_started_again(home: Home) -> None:
    before = await up(home)
    kill(before["kafka"])
    after = await up(home)
    assert after["kafka"] != before["kafka"]
    assert after["postgres"] == before["postgres"]


async def test_a_stale_pid_file_of_the_database_is_no_obstacle(home: Home) -> None:
    kill((await up(home))["postgres"])
    pid_file = home.folder / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert "postgres" in await up(home)


async def test_a_process_whose_record_was_lost_is_found_again(home: Home) -> None:
    before = await up(home)
    for part in before:
        (home.run / f"{part}.json").unlink()
    assert await up(home) == before


async def test_other_ports_are_refused_while_it_runs(home: Home) -> None:
    elsewhere = Home(folder=home.folder, port_base=home.port_base + 3)
    with pytest.raises(Problem, match=f"already runs on port base {home.port_base}"):
        await up(elsewhere)


async def test_down_stops_its_own_and_only_its_own(home: Home, servers: Home) -> None:
    pids = await up(home)
    await bring_down(home)
    assert not any(psutil.pid_exists(pid) for pid in pids.values())
    assert running(home, kafka_part(home)) is None
    assert running(home, postgres_part(home)) is None
    assert await kafka.answers(servers)
    assert await postgres.answers(admin_url(servers))
    assert set(await up(home)) == {"postgres", "kafka"}


async def test_a_port_in_use_is_told_with_its_holder() -> None:
    async with own_home() as home:
        with socket.socket() as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # an earlier test's connections may linger
            holder.bind((LOOPBACK, home.port("postgres")))
            holder.listen()
            with pytest.raises(Problem) as raised:
                await up(home)
    assert f"postgres needs port {home.port('postgres')}" in str(raised.value)
    assert f"held by process {os.getpid()} (" in str(raised.value)
    assert "--port-base" in str(raised.value)


async def test_a_port_of_another_system_is_told_with_its_home(servers: Home) -> None:
    told = whose(servers.port("kafka"))
    assert f"(kafka of {servers.folder})" in told
    assert f"guanxi down --home {servers.folder}" in told


async def test_up_after_ctrl_c_and_two_at_once_make_one_system() -> None:
    async with own_home() as home:
        interrupted = guanxi(home, "up", "--servers-only")
        await until(partial(_has_started_one, home), what="the first server's record")  # none is ready yet
        interrupted.send_signal(signal.SIGINT)
        assert interrupted.wait(COMMAND_SECONDS) == 130

        both = [guanxi(home, "up", "--servers-only") for _ in range(2)]
        outputs = [each.communicate(timeout=COMMAND_SECONDS)[0] for each in both]
        assert [each.returncode for each in both] == [0, 0], outputs
        first, second = ({line for line in output.splitlines() if " pid " in line} for output in outputs)
        assert first == second

        assert guanxi(home, "status").wait(COMMAND_SECONDS) == 1  # no service runs
        assert guanxi(home, "reset", "--yes").wait(COMMAND_SECONDS) == 0
        assert not home.folder.exists()
        home.folder.mkdir()


async def test_a_folder_that_guanxi_did_not_make_is_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    refused = guanxi(Home(folder=tmp_path, port_base=8000), "reset", "--yes")
    assert refused.wait(COMMAND_SECONDS) == 1
    assert (tmp_path / "precious").exists()


async def _has_started_one(home: Home) -> bool:
    return any(home.run.glob("*.json"))


def guanxi(home: Home, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "guanxi_cli", *arguments],
        env={**os.environ, "GUANXI_HOME": str(home.folder), "GUANXI_PORT_BASE": str(home.port_base)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
