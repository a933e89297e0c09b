"""guanxi logs: what do the parts say? The last lines, then what comes."""

import sys
import time
from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.home import find_home
from guanxi_cli.local.problem import Problem

POLL_SECONDS = 0.3


def logs(
    part: Annotated[str | None, typer.Argument(help="One part, such as ingest-api; all when left out.")] = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
    lines: Annotated[int, typer.Option(min=0, help="Lines of the past.")] = 20,
    follow: Annotated[
        bool | None,
        typer.Option("--follow/--no-follow", help="Go on until Ctrl-C. [default: on a terminal only]"),
    ] = None,
) -> None:
    """Follow the logs of one part or of all."""
    folder = find_home(home, port_base).logs
    paths = sorted(folder.glob("*.log"))
    if part:
        known = ", ".join(path.stem for path in paths) or "none yet: guanxi up"
        paths = [path for path in paths if path.stem == part]
        if not paths:
            raise Problem(f"no log of {part}; there are: {known}")
    positions = {path: _show_past(path, lines, named=part is None) for path in paths}
    if follow is None:
        follow = sys.stdout.isatty()
    try:
        while follow:
            time.sleep(POLL_SECONDS)
            for path, position in positions.items():
                positions[path] = _show_from(path, position, named=part is None)
    except KeyboardInterrupt:
        return


def _show_past(path: Path, lines: int, *, named: bool) -> int:
    with path.open("rb") as file:
        for line in deque(file, maxlen=lines):
            _show(path, line, named=named)
        return file.tell()


def _show_from(path: Path, position: int, *, named: bool) -> int:
    with path.open("rb") as file:
        file.seek(position)
        for line in file:
            if not line.endswith(b"\n"):
                break
            _show(path, line, named=named)
            position += len(line)
    return position


def _show(path: Path, line: bytes, *, named: bool) -> None:
    text = line.decode(errors="replace").rstrip("\n")
    typer.echo(f"{path.stem:<18} {text}" if named else text)
