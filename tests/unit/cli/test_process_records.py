"""Which record of a process is believed?"""

import json
import os
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from guanxi_cli.local.home import Home
from guanxi_cli.local.processes import Part, Record, running

PORT_BASE = 1024
PART = Part(name="scoring-worker", command=["true"], ports=[1])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(folder=tmp_path / "home", port_base=PORT_BASE)
    home.make()
    return home


def record_of(pid: int, created: float) -> Record:
    return Record(part=PART.name, pid=pid, created=created, port=1, command=["true"], started_at="2026-11-24T00:00:00Z")


def write(home: Home, text: str) -> Path:
    path = home.run / f"{PART.name}.json"
    path.write_text(text)
    return path


def dead_pid() -> int:
    return next(pid for pid in range(4_000_000, 1, -1) if not psutil.pid_exists(pid))


def test_a_living_process_is_found_by_its_record(home: Home) -> None:
    record = record_of(os.getpid(), psutil.Process().create_time())
    write(home, json.dumps(asdict(record)))
    assert running(home, PART) == record


def test_a_record_whose_process_is_gone_is_removed(home: Home) -> None:
    path = write(home, json.dumps(asdict(record_of(dead_pid(), 1.0))))
    assert running(home, PART) is None
    assert not path.exists()


def test_a_pid_that_now_belongs_to_another_process_is_not_ours(home: Home) -> None:
    an_hour_earlier = psutil.Process().create_time() - 3600
    path = write(home, json.dumps(asdict(record_of(os.getpid(), an_hour_earlier))))
    assert running(home, PART) is None
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "{", '{"part": "scoring-worker"}', "[]", '{"unknown": 1}'])
def test_a_broken_record_counts_as_none(home: Home, text: str) -> None:
    write(home, text)
    assert running(home, PART) is None
