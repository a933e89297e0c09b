"""How do a quality run and a calibration look in a terminal? Sentences, and the figures in the terminal's width."""

from collections.abc import Mapping
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from guanxi_cli.demo.figures import counted
from guanxi_cli.quality.calibration_page import heading
from guanxi_cli.quality.page import ranking_rows

WIDEST: Final = 110


def print_quality(console: Console, run: Mapping[str, Any]) -> None:
    """One run as `GET /v1/quality` tells it."""
    width = min(console.width, WIDEST)
    versions = run["versions"]
    console.print(
        f"\nJudgements as of {run['as_of']} against the {counted(run['horizon_days'], 'day', 'days')} after "
        f"(policy {versions['policy']}, thresholds {versions['thresholds']})",
        style="bold",
        width=width,
    )
    for sentence in run["sentences"]["en"]:
        console.print(f"  {sentence}", width=width, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False)
    table.add_column("ranking", style="bold")
    for name in ("AUC", "Brier", "Brier at best", f"spend of top {run['top_share']:.0%}"):
        table.add_column(name, justify="right")
    for name, figures in ranking_rows(run):
        table.add_row(name, *figures)
    console.print(table)


def print_calibration(console: Console, result: Mapping[str, Any]) -> None:
    """The result of a calibration's run."""
    width = min(console.width, WIDEST)
    console.print(f"\n{heading(result).capitalize()}", style="bold", width=width)
    console.print(Markdown(result["report"]["text"]["en"]), width=width)
