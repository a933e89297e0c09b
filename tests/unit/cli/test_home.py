"""Where is a home, which ports has it, and what of the machine does it use?"""

import os
from pathlib import Path

import pytest

from guanxi_cli.local.account import Account
from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.jars import kafka_jars, present_jars
from guanxi_cli.local.java import version_of
from guanxi_cli.local.kafka import kafka_part
from guanxi_cli.local.postgres import postgres_part
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.services import service_parts
from guanxi_cli.local.shipped import checkout, filled_in, shipped
from guanxi_cli.local.whole import made_whole


def test_the_home_is_in_the_checkout_from_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = checkout()
    assert root is not None
    assert find_home().folder == root / ".guanxi"
    assert find_home(Path("mine")).folder == tmp_path / "mine"


def test_a_home_remembers_its_port_base(tmp_path: Path) -> None:
    assert find_home(tmp_path).port_base == 8000
    Home(folder=tmp_path, port_base=9000).make()
    assert find_home(tmp_path).port_base == 9000
    assert find_home(tmp_path, 9400).port_base == 9400


def test_every_part_has_the_ports_of_the_contract(tmp_path: Path) -> None:
    home = Home(folder=tmp_path, port_base=8000)
    found = {part.name: list(part.ports) for part in [postgres_part(home), kafka_part(home), *service_parts(home)]}
    assert found == {
        "postgres": [8032],
        "kafka": [8092, 8093],
        "ingest-api": [8001, 8101],
        "ingest-worker": [8111],
        "scoring-api": [8002, 8102],
        "scoring-worker": [8112],
        "engagement-api": [8003, 8103],
        "engagement-worker": [8113],
        "feedback-api": [8004, 8104],
        "feedback-worker": [8114],
    }


def test_every_shipped_file_is_found_and_filled_in(tmp_path: Path) -> None:
    assert shipped("deploy/local/pom.xml").is_file()
    assert shipped("deploy/local/log4j2.properties").is_file()
    kafka = filled_in("deploy/local/server.properties", folder=tmp_path, broker_port=1, controller_port=2)
    assert "listeners=BROKER://127.0.0.1:1,CONTROLLER://127.0.0.1:2" in kafka
    with pytest.raises(KeyError):
        filled_in("deploy/local/postgresql.conf", port=1)


def fill(folder: Path, *names: str) -> None:
    folder.mkdir()
    for name in names:
        (folder / name).touch()


async def test_an_interrupted_making_leaves_no_folder_and_is_made_again(tmp_path: Path) -> None:
    async def interrupted(folder: Path) -> None:
        fill(folder, "half")
        raise KeyboardInterrupt

    async def complete(folder: Path) -> None:
        fill(folder, "complete")

    wanted = tmp_path / "data"
    with pytest.raises(KeyboardInterrupt):
        await made_whole(wanted, interrupted)
    assert not wanted.exists()
    await made_whole(wanted, complete)
    assert [path.name for path in wanted.iterdir()] == ["complete"]
    await made_whole(wanted, interrupted)  # it is there: nothing is made


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_402"', 1),
        ("The operation couldn't be completed.", 0),
    ],
)
def test_the_version_of_java_is_what_it_says(tmp_path: Path, says: str, version: int) -> None:
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{says}\nEND\n")
    java.chmod(0o755)
    assert version_of(java) == version


def test_a_kafka_home_without_kafka_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(Problem, match=r"holds no kafka_2\.13 jar"):
        present_jars()


async def test_without_jars_and_maven_the_package_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setenv("GUANXI_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="install maven"):
        await kafka_jars()


def test_an_account_reaches_what_every_folder_above_lets_it_pass(tmp_path: Path) -> None:
    stranger = Account(uid=os.getuid() + 12345, gid=os.getgid() + 12345)
    open_folder, closed = tmp_path / "open", tmp_path / "closed"
    open_folder.mkdir(mode=0o711)
    closed.mkdir(mode=0o700)
    assert not stranger.reaches(closed / "data")
    assert Account(uid=os.getuid(), gid=os.getgid()).reaches(closed / "data")
    tmp_path.chmod(0o711)
    above = [folder for folder in tmp_path.parents if not folder.stat().st_mode & 0o001]
    assert stranger.reaches(open_folder / "data") == (not above)
