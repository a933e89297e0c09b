"""Which part runs as which process? A record a part, checked against the process table each time it is read.

A record that outlived its process, or whose number now belongs to another process, counts as no record.
A process whose record was lost is found again by its port and the mark that it carries in its environment.
"""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import psutil

from guanxi_cli.local.account import Account, Switch
from guanxi_cli.local.home import Home, write_whole
from guanxi_cli.local.ports import is_free, listener, whose
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.run import last_lines

CLOCK_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One background process of the system. The first port is the one that names it."""

    name: str
    command: Sequence[str]
    ports: Sequence[int]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """pid and created (the process's own start time, seconds) together name one process for ever."""

    part: str
    pid: int
    created: float
    port: int
    command: list[str]
    started_at: str

    def process(self) -> psutil.Process | None:
        """The process while it lives and is the one that was started, else None."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < CLOCK_TOLERANCE_SECONDS
            if same and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


def running(home: Home, part: Part) -> Record | None:
    """The record of the part's living process, or None; a record of a dead one is removed."""
    path = home.run / f"{part.name}.json"
    with suppress(FileNotFoundError):
        try:
            record = Record(**json.loads(path.read_text()))
        except (ValueError, TypeError):
            record = None
        if record and record.process():
            return record
        path.unlink(missing_ok=True)
    return _adopt(home, part)


def start(home: Home, part: Part) -> Record:
    """Start the part in the background, detached from this terminal; its output goes to its log."""
    for port in part.ports:
        if not is_free(port):
            raise Problem(f"{part.name} needs port {port}, which is {whose(port)}")
    with home.log(part.name).open("ab") as log:
        process = subprocess.Popen(
            part.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, **part.environment, **_mark(home, part)},
            start_new_session=True,
            umask=0o077,
            **(part.account.switch() if part.account else Switch()),
        )
    try:
        return _write(home, part, psutil.Process(process.pid))
    except psutil.NoSuchProcess:  # also of a zombie
        said = last_lines(home.log(part.name).read_text(errors="replace"))
        raise Problem(f"{part.name} ended as soon as it was started:\n{said}") from None


def stop(home: Home, part: Part) -> bool:
    """Stop the part and wait: its own signal first, SIGKILL after its deadline. False when it did not run."""
    record = running(home, part)
    process = record.process() if record else None
    if process is not None:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(part.stop_signal)
            _, alive = psutil.wait_procs([process], timeout=part.stop_seconds)
            for survivor in alive:
                survivor.kill()
                survivor.wait(timeout=part.stop_seconds)
    (home.run / f"{part.name}.json").unlink(missing_ok=True)
    return process is not None


def _mark(home: Home, part: Part) -> dict[str, str]:
    return {"GUANXI_HOME": str(home.folder), "GUANXI_PART": part.name}


def _adopt(home: Home, part: Part) -> Record | None:
    if is_free(part.ports[0]):  # looking through all processes takes long
        return None
    process = listener(part.ports[0])
    with suppress(psutil.Error):
        if process and _mark(home, part).items() <= process.environ().items():
            return _write(home, part, process)
    return None


def _write(home: Home, part: Part, process: psutil.Process) -> Record:
    created = process.create_time()
    record = Record(
        part=part.name,
        pid=process.pid,
        created=created,
        port=part.ports[0],
        command=process.cmdline(),
        started_at=datetime.fromtimestamp(created, UTC).isoformat(timespec="seconds"),
    )
    write_whole(home.run / f"{part.name}.json", json.dumps(asdict(record), indent=1))
    return record
