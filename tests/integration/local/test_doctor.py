"""Does `guanxi doctor` name the part that ended or is not ready, and say what to do?"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
from tests.support.port_bases import claim_port_base, release_port_base

from guanxi_cli.local.doctor import Finding, examine, needed
from guanxi_cli.local.home import Home
from guanxi_cli.local.processes import Record
from guanxi_cli.local.system import parts


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(folder=tmp_path / "home", port_base=claim_port_base())
    home.make()
    yield home
    release_port_base(home.port_base)


def note(home: Home, part: str, *, pid: int, created: float) -> None:
    record = Record(part=part, pid=pid, created=created, port=1, command=["true"], started_at="2026-11-24T00:00:00Z")
    (home.run / f"{part}.json").write_text(json.dumps(asdict(record)))


async def found(home: Home) -> dict[str, Finding]:
    names = {part.name for part in parts(home)}
    return {finding.check: finding for finding in await examine(home) if finding.check in names}


async def test_a_home_where_nothing_was_started_lacks_nothing(home: Home) -> None:
    assert await found(home) == {}


async def test_a_part_that_ended_is_named_with_its_log_and_with_what_starts_it(home: Home) -> None:
    note(home, "scoring-worker", pid=psutil.Process().pid, created=1.0)
    [finding] = (await found(home)).values()
    assert (finding.check, finding.found) == ("scoring-worker", "not running")
    assert "guanxi up" in finding.remedy
    assert "guanxi logs scoring-worker" in finding.remedy


async def test_a_part_that_does_not_answer_is_told_from_those_that_do_not_run(home: Home) -> None:
    process = psutil.Process()
    note(home, "ingest-api", pid=process.pid, created=process.create_time())
    findings = await found(home)
    assert findings["ingest-api"].found == "not ready: no answer"
    assert "guanxi logs ingest-api" in findings["ingest-api"].remedy
    assert {finding.found for name, finding in findings.items() if name != "ingest-api"} == {"not running"}
    assert len(findings) == len(parts(home))


@pytest.mark.parametrize(
    ("name", "alive", "is_needed"),
    [
        ("kafka", set(), False),
        ("kafka", {"postgres"}, True),
        ("ingest-api", {"postgres", "kafka"}, False),
        ("ingest-api", {"postgres", "kafka", "scoring-api"}, True),
    ],
)
def test_servers_may_stand_alone_and_services_may_not(name: str, alive: set[str], is_needed: bool) -> None:
    assert needed(name, alive) is is_needed
