"""guanxi status: is every part running and ready?"""

import asyncio

import httpx
import typer
from rich.console import Console
from rich.table import Table

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.health import PROBE_SECONDS, READY, health_of
from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.processes import Part, running
from guanxi_cli.local.system import parts


def status(home: HomeFolder = None, port_base: PortBase = None) -> None:
    """Health of every part; ends with status 1 unless all are ready."""
    found = find_home(home, port_base)
    rows = asyncio.run(_ask_all(found))
    table = Table("part", "state", "pid", "port", "started", title=str(found.folder), title_justify="left")
    for row in rows:
        table.add_row(*row, style=None if row[1] == READY else "red" if row[1] == "stopped" else "yellow")
    Console().print(table)
    if any(row[1] != READY for row in rows):
        raise typer.Exit(1)


async def _ask_all(home: Home) -> list[tuple[str, str, str, str, str]]:
    async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
        return list(await asyncio.gather(*(_ask(home, part, client) for part in parts(home))))


async def _ask(home: Home, part: Part, client: httpx.AsyncClient) -> tuple[str, str, str, str, str]:
    record = running(home, part) if home.run.is_dir() else None
    if record is None:
        return part.name, "stopped", "", "", ""
    state = await health_of(home, part, client)
    return part.name, state, str(record.pid), str(record.port), record.started_at
