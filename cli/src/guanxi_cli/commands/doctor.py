"""guanxi doctor: what is wrong with this machine or this system, and what to do about it?"""

import asyncio

import typer
from rich.console import Console
from rich.table import Table

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.doctor import examine
from guanxi_cli.local.home import find_home


def doctor(home: HomeFolder = None, port_base: PortBase = None) -> None:
    """Check versions, ports, disk, clock and connectivity; ends with status 1 when something must be done."""
    findings = asyncio.run(examine(find_home(home, port_base)))
    table = Table("check", "found", "what to do")
    for finding in findings:
        table.add_row(finding.check, finding.found, finding.remedy, style="red" if finding.remedy else None)
    Console().print(table)
    if any(finding.remedy for finding in findings):
        raise typer.Exit(1)
