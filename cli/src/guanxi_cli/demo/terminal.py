"""How does the report look in a terminal? Tables in the terminal's width."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.console import Group as Stack
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from guanxi_cli.demo.card import card_rows
from guanxi_cli.demo.care import CareStory
from guanxi_cli.demo.figures import money, percent
from guanxi_cli.demo.loading import Loaded
from guanxi_cli.demo.story import Group, Story
from guanxi_cli.demo.whole_base import Base

BAR: Final = 9
NAME: Final = 13
WIDEST: Final = 110
CUSTOMERS_STYLE: Final = "cyan"
MONEY_STYLE: Final = "green"


def print_story(console: Console, loaded: Loaded, story: Story) -> None:
    """Print everything but the URLs."""
    width = min(console.width, WIDEST)
    console.print()
    console.print(
        Panel(Stack(story.sentence(), loaded.sentence()), title="关系 Guanxi: a real shop's year", width=width)
    )
    for dimension, groups in story.dimensions.items():
        console.print(_groups(dimension, groups, story.currency, width))
    _print_base(console, story.base, width)
    _print_at_risk(console, story, width)
    console.print(_card(story, width))


def print_care(console: Console, care: CareStory) -> None:
    """Print what was decided and delivered, what was not and why, and one customer's circle."""
    width = min(console.width, WIDEST)
    console.print()
    console.print(Panel(care.sentence(), title="Care, tasks and answers", width=width))
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("By playbook", style="bold", min_width=NAME)
    for name in ("occasions", "sent", "with staff", "held out"):
        table.add_column(name, justify="right")
    table.add_column("not sent, or not yet", ratio=1)
    for row in care.playbooks:
        why = "; ".join(f"{count} {reason}" for reason, count in row.refused)
        table.add_row(row.playbook, str(row.occasions), str(row.sent), str(row.with_staff), str(row.held_out), why)
    console.print(table)
    tasks = care.tasks
    console.print(
        f"Tasks: {tasks['open']} open, {tasks['due']} of them due today, {tasks['missed']} missed.", width=width
    )
    console.print(f"{care.cases_sentence()} {care.nps} (sample answers)", width=width)
    console.print(f"\nOne customer's whole circle (UTC): {care.circle_of}", style="bold", width=width)
    for moment in care.circle:
        console.print(f"  {moment.at}  {moment.what}  [dim]{moment.source}[/]", width=width)


def _groups(dimension: str, groups: Sequence[Group], currency: str, width: int) -> Table:
    bar = BAR + max(0, width - 80) // 2
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(f"By {dimension}", no_wrap=True, min_width=NAME, style="bold")
    table.add_column("customers", no_wrap=True, justify="right", min_width=9)
    table.add_column("", no_wrap=True, justify="right", min_width=6)
    table.add_column("", no_wrap=True, min_width=bar, style=CUSTOMERS_STYLE)
    table.add_column("12 months' money", no_wrap=True, justify="right", min_width=16)
    table.add_column("", no_wrap=True, justify="right", min_width=6)
    table.add_column("", no_wrap=True, min_width=bar, style=MONEY_STYLE)
    for group in groups:
        table.add_row(
            group.name or "no purchase",
            f"{group.customers:,}",
            percent(group.share),
            "█" * round(bar * group.share),
            money(group.monetary_minor, currency),
            percent(group.monetary_share),
            "█" * round(bar * group.monetary_share),
        )
    return table


def _print_base(console: Console, base: Base, width: int) -> None:
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Stage, and segment (share of money)", style="bold", min_width=NAME)
    for segment in base.segments:
        table.add_column(segment, justify="right", no_wrap=True)
    for row in base.matrix:
        cells = zip(row.customers, row.monetary_shares, strict=True)
        table.add_row(row.stage, *(f"{customers:,} ({percent(share)})" for customers, share in cells))
    console.print(table)
    for sentence in base.sentences:
        console.print(Padding(sentence, (0, 0, 0, 1)), width=width)
    console.print()


def _print_at_risk(console: Console, story: Story, width: int) -> None:
    console.print(story.title_of_risk(), style="bold", width=width)
    for number, one in enumerate(story.at_risk, start=1):
        worth = money(one.monetary_minor, story.currency)
        facts = f"{worth}, {one.segment}, {one.tier}, churn band {one.churn_band}"
        console.print(f"[dim]{number:>2}[/] [bold]{one.known_as}[/]  {facts}", width=width)
        console.print(Padding(one.sentence, (0, 0, 0, 3)), width=width)
    console.print()


def _card(story: Story, width: int) -> Panel:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(style="bold", max_width=24)
    table.add_column(ratio=1)
    for name, text in card_rows(story.card):
        table.add_row(name, text)
    return Panel(table, title="One customer's card in full", title_align="left", width=width)
