"""guanxi import: bring a file of any size in, resumable, with the lines that were refused written beside it."""

import asyncio
import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.importing.mapping import read_mapping
from guanxi_cli.importing.rows import count_lines, read_lines
from guanxi_cli.importing.sending import Checkpoint, Sending, Tally
from guanxi_cli.importing.source_key import source_key
from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.problem import Problem


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or NDJSON, plain or .gz.")],
    source: Annotated[str, typer.Option(help="Whose events these are; the source is made when it is new.")],
    mapping: Annotated[Path | None, typer.Option(help="How a row becomes an event; NDJSON needs none.")] = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Import a file through ingest. Cut off, it goes on where it stopped; refused lines stand in FILE.errors.ndjson."""
    if not file.is_file():
        raise Problem(f"{file} is no file")
    tally = asyncio.run(_import(find_home(home, port_base), file, source, mapping))
    errors = _errors(file)
    typer.echo(f"accepted {tally.accepted}, already known {tally.duplicates}, refused {tally.refused}")
    if tally.refused:
        typer.echo(f"The refused lines, each with its reason, stand in {errors}.", err=True)
        raise typer.Exit(1)


def _errors(file: Path) -> Path:
    return file.with_name(file.name + ".errors.ndjson")


async def _import(home: Home, file: Path, source: str, mapping: Path | None) -> Tally:
    zone = ZoneInfo(os.environ.get("GUANXI_ZONE", "Asia/Shanghai"))
    rules = read_mapping(mapping, zone) if mapping else None
    lines = read_lines(file, rules)
    checkpoint = Checkpoint.of(file, rules, source, home.id)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(file.name, total=count_lines(file), completed=checkpoint.line)
        async with source_key(home, source) as key:
            sending = Sending(
                url=home.url("ingest"),
                key=key,
                errors=_errors(file),
                checkpoint=checkpoint,
                progress=lambda line: progress.update(task, completed=line),
            )
            return await sending.send(line for line in lines if line[0] > checkpoint.line)
