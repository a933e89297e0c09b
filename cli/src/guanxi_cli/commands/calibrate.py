"""guanxi calibrate and guanxi quality: fit thresholds to the own customers; see how good judgements were."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from guanxi_cli.asking import Answer, open_services
from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.problem import Problem
from guanxi_cli.long_run import follow_run
from guanxi_cli.quality.calibration_page import write_calibration_page
from guanxi_cli.quality.page import write_quality_page
from guanxi_cli.quality.terminal import print_calibration, print_quality

AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As of which local day.")]


def calibrate(
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report what would change.")] = False,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Find thresholds in the own base, put them in force, and report what changes; a base too young is refused."""
    found, console = find_home(home, port_base), Console()
    result = asyncio.run(_run(found, console, "/v1/thresholds", dry_run=dry_run, **_day(as_of)))
    print_calibration(console, result)
    _told_path(console, write_calibration_page(found.folder / "calibration.html", result))


def quality(
    as_of: AsOf = None,
    horizon_days: Annotated[
        int | None, typer.Option("--horizon-days", min=1, help="How far to look. [default: as churn risk does]")
    ] = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Judge everybody as of a past day, and compare with what they did after it. [default day: the latest possible]"""
    found, console = find_home(home, port_base), Console()
    horizon = {} if horizon_days is None else {"horizon_days": horizon_days}
    run = asyncio.run(_run(found, console, "/v1/quality", **horizon, **_day(as_of)))
    if not run["customers"]:  # the page of an earlier run tells more, so it stays
        raise Problem(f"nothing is known up to {run['as_of']}, nobody had bought by then: choose a later --as-of")
    print_quality(console, run)
    _told_path(console, write_quality_page(found.folder / "quality.html", run, title=f"The system in {found.folder}"))


async def _run(home: Home, console: Console, path: str, **asked: Any) -> Answer:
    async with open_services(home) as services:
        return await follow_run(services.scoring, path, asked, console)


def _day(as_of: datetime | None) -> dict[str, str]:
    return {} if as_of is None else {"as_of": f"{as_of:%Y-%m-%d}"}


def _told_path(console: Console, page: Path) -> None:
    console.print(f"\nThe same as a page with charts: {page}", soft_wrap=True)
