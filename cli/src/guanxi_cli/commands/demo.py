"""guanxi demo: load a real shop's year, let some of its people speak, and show what the system makes of it."""

import asyncio
import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from guanxi_cli.asking import open_services
from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.demo.care import CareStory, tell_care
from guanxi_cli.demo.command import guanxi
from guanxi_cli.demo.loading import Loaded, load_sample
from guanxi_cli.demo.page import write_page
from guanxi_cli.demo.story import Story, read_story
from guanxi_cli.demo.terminal import print_care, print_story
from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.keys import read_credentials

LOOK_BACK: Final = timedelta(days=90)


def demo(
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="Keep the dates of 2010 and 2011 instead of moving them to today.")
    ] = False,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Load a real shop's year (22,190 invoices) through HTTP, wait until all is judged, and print the report."""
    found, console = find_home(home, port_base), Console()
    loaded, story, care = asyncio.run(_tell(found, console, as_recorded=as_recorded))
    print_story(console, loaded, story)
    print_care(console, care)
    page = write_page(found.folder / "report.html", loaded, story, care)
    _what_next(console, found, story, page)


async def _tell(home: Home, console: Console, *, as_recorded: bool) -> tuple[Loaded, Story, CareStory]:
    now = datetime.now(ZoneInfo(os.environ.get("GUANXI_ZONE", "Asia/Shanghai")))
    async with open_services(home) as services:
        credentials = read_credentials(home)
        loaded = await load_sample(home, credentials["write_key"], console, now=now, as_recorded=as_recorded)
        with console.status("Sample people speak; care is decided and goes out"):
            care = await tell_care(home, services, credentials["source"])
        return loaded, await read_story(services.scoring), care


def _what_next(console: Console, home: Home, story: Story, page: Path) -> None:
    scoring, command = home.url("scoring"), guanxi(home)
    console.print(f"\nThe same as a page with charts: {page}", soft_wrap=True)
    for service in ("ingest", "scoring", "engagement", "feedback"):
        console.print(f"  {service:<11} {home.url(service)}/docs", soft_wrap=True)
    console.print("\nTry next:", style="bold")
    key = '-H "Authorization: Bearer $KEY"'
    reader = "import json,sys; print(json.load(sys.stdin)['admin_key'])"
    one = f"{scoring}/v1/customers/{story.card['customer']}"
    earlier = date.fromisoformat(story.as_of) - LOOK_BACK
    closer = "s/high_value, r_at_least: 3/high_value, r_at_least: 4/"
    for line in (
        f'KEY=$(python3 -c "{reader}" < {home.folder / "credentials.json"})',
        f"curl -s {key} '{one}'",
        f"curl -s {key} '{one}/explain?score=tier'    # why, and what next",
        f"curl -s {key} '{one}?as_of={earlier}'    # as of a past day",
        f"sed -e 's/^version: .*/version: closer/' -e '{closer}' policies/scoring.yaml > closer.yaml    # what if?",
        f"{command} policy draft closer.yaml && {command} policy what-if closer",
        f"curl -s {key} '{scoring}/v1/reports/pareto'",
        f"curl -s {key} '{scoring}/v1/customers?segment=high_value&churn_band=high&limit=3'",
        f"curl -s {key} '{home.url('engagement')}/v1/actions?limit=5'",
        f"ls {home.folder / 'outbox'}    # the messages that went out",
        f"{command} quickstart    # one customer by hand; you answer in a browser",
        f"{command} quickstart --answer 3    # the same, answered from here",
    ):
        console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)
