"""How does the report look in a terminal? Tables in the terminal's width."""

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from guanxi_cli.demo.loading import Loaded
from guanxi_cli.demo.story import Group, Story

BAR: Final = 14


def print_story(console: Console, loaded: Loaded, story: Story) -> None:
    """Print everything but the URLs."""
    console.print()
    console.print(loaded.sentence())
    for dimension, groups in story.dimensions.items():
        console.print(_groups(dimension, groups, story.currency))
    _print_at_risk(console, story)
    console.print(_card(story))


def money(minor: int, currency: str) -> str:
    """Minor units of a currency with two decimals, as people read them."""
    return f"{minor / 100:,.0f} {currency}"


def _groups(dimension: str, groups: Sequence[Group], currency: str) -> Table:
    title = f"Customers by {dimension}, and their money of the last 12 months"
    table = Table(title=title, title_justify="left", expand=True)
    table.add_column(dimension, no_wrap=True)
    for name in ("customers", "share", "12 months", "share"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("of the money", no_wrap=True, width=BAR)
    for group in groups:
        table.add_row(
            group.name or "no purchase",
            f"{group.customers:,}",
            f"{group.share:.1%}",
            money(group.monetary_minor, currency),
            f"{group.monetary_share:.1%}",
            "█" * round(BAR * group.monetary_share),
        )
    return table


def _print_at_risk(console: Console, story: Story) -> None:
    count = len(story.at_risk)
    console.print(f"\nThe {count} most valuable customers whose churn band is not low, and why", style="italic")
    for one in story.at_risk:
        worth = money(one.monetary_minor, story.currency)
        console.print(f"[bold]{one.known_as}[/]  {worth}, {one.segment}, {one.tier}, churn band {one.churn_band}")
        console.print(Padding(one.sentence, (0, 0, 0, 4)))
    console.print()


def _card(story: Story) -> Panel:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(ratio=1)
    for name, value in story.card.items():
        table.add_row(name, _shown(value))
    return Panel(table, title=f"One customer's card in full: {story.card['customer']}", title_align="left")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    return "–" if value is None else str(value)
