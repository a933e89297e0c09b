"""Which findings does an examination of this machine and this system make?"""

import shutil
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import psutil

from guanxi_cli.local import jars, java
from guanxi_cli.local.account import unprivileged
from guanxi_cli.local.health import PROBE_SECONDS, READY, health_of
from guanxi_cli.local.home import Home
from guanxi_cli.local.ports import is_free, whose
from guanxi_cli.local.postgres_server import find_server, version_of
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.processes import Part, running
from guanxi_cli.local.system import parts

OLDEST_PYTHON = (3, 11)
FREE_DISK_GB = 2
FREE_MEMORY_GB = 2
CLOCK_TOLERANCE = timedelta(seconds=2)
GIGABYTE = 1024**3
SERVERS = {"postgres", "kafka"}


@dataclass(frozen=True, slots=True)
class Finding:
    """In order when it has no remedy."""

    check: str
    found: str
    remedy: str = ""


async def examine(home: Home) -> list[Finding]:
    recorded = {path.stem for path in home.run.glob("*.json")}  # before a dead one's record is removed
    machine = [_python(), _java(), _jars(), _postgresql(), _disk(home), _memory(), _clock(home)]
    ports = [finding for part in parts(home) for finding in _ports(home, part)]
    return [*machine, *ports, *await _connectivity(home, recorded)]


def _python() -> Finding:
    remedy = "" if sys.version_info >= OLDEST_PYTHON else "install Python 3.11 or newer"
    return Finding("python", sys.version.split()[0], remedy)


def _java() -> Finding:
    def look() -> str:
        found = java.find_java()
        return f"{java.version_of(found)} ({found})"

    return _look("java", look)


def _jars() -> Finding:
    def look() -> str:
        if found := jars.present_jars():
            return str(found)
        if shutil.which("mvn"):
            return "not fetched yet; Maven is here and will"
        raise Problem("install maven (the package of that name), or set KAFKA_HOME")

    return _look("kafka jars", look)


def _postgresql() -> Finding:
    def look() -> str:
        found = find_server(unprivileged())
        return f"{version_of(found)} ({found})"

    return _look("postgresql", look)


def _look(check: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, look())
    except Problem as problem:
        return Finding(check, "missing", str(problem))


def _disk(home: Home) -> Finding:
    existing = next(folder for folder in (home.folder, *home.folder.parents) if folder.exists())
    free = shutil.disk_usage(existing).free / GIGABYTE
    remedy = "" if free >= FREE_DISK_GB else f"free {FREE_DISK_GB} GB, or choose another --home"
    return Finding("disk", f"{free:.1f} GB free at {existing}", remedy)


def _memory() -> Finding:
    free = psutil.virtual_memory().available / GIGABYTE
    remedy = "" if free >= FREE_MEMORY_GB else f"the system needs about {FREE_MEMORY_GB} GB: end something"
    return Finding("memory", f"{free:.1f} GB available", remedy)


def _clock(home: Home) -> Finding:
    """A log from the future means that the clock was set back; days and leases would go wrong."""
    now = datetime.now(UTC)
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        return Finding("clock", "no time zone data", "pip install tzdata")
    newest = max((datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in home.logs.glob("*.log")), default=now)
    remedy = "the clock was set back: set it right" if newest > now + CLOCK_TOLERANCE else ""
    return Finding("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC", remedy)


def _ports(home: Home, part: Part) -> list[Finding]:
    if home.run.is_dir() and (record := running(home, part)):
        return [Finding(f"{part.name} port", f"{record.port}, ours (pid {record.pid})")]
    taken = [port for port in part.ports if not is_free(port)]
    if not taken:
        return [Finding(f"{part.name} port", f"{part.ports[0]}, free")]
    return [Finding(f"{part.name} port", f"{port}, taken", whose(port)) for port in taken]


async def _connectivity(home: Home, recorded: set[str]) -> list[Finding]:
    """Of parts that run or should: those with a record, and those that the parts that run cannot do without."""
    alive = {part.name for part in parts(home) if home.run.is_dir() and running(home, part)}
    async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
        return [
            _judged(part.name, await health_of(home, part, client) if part.name in alive else "not running")
            for part in parts(home)
            if part.name in recorded or part.name in alive or needed(part.name, alive)
        ]


def needed(name: str, alive: Collection[str]) -> bool:
    """The servers stand alone (guanxi up --servers-only); where one service runs, all parts should."""
    return bool(set(alive) - SERVERS) or (name in SERVERS and bool(alive))


def _judged(name: str, state: str) -> Finding:
    if state == READY:
        return Finding(name, state)
    if state == "not running":
        return Finding(name, state, f"guanxi up starts it again; guanxi logs {name} --no-follow says why it ended")
    if state.startswith("degraded"):
        return Finding(name, state, f"guanxi logs {name} --no-follow; look at the part that it names")
    return Finding(name, state, f"guanxi logs {name} --no-follow; guanxi down and guanxi up start it again")
