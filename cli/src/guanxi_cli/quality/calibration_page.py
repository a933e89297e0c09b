"""How does a calibration look as a page? Its report in two languages, what churn risk missed, and who moves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from guanxi_cli.pages.self_contained import write_self_contained

TEMPLATE: Final = Path(__file__).parent / "calibration.html"

Result = Mapping[str, Any]
"""The result of a calibration's run: version (None: a dry run), thresholds, report."""


def write_calibration_page(path: Path, result: Result) -> Path:
    """Write the page and answer its path."""
    report = result["report"]
    brier, customers = report["churn"]["brier"], report["moves"]["customers"]
    charts = {
        "brier": [
            {"name": name, "value": value, "told": f"{value:.4f}"} for name, value in brier.items() if value is not None
        ],
        "moves": [
            {"name": each["dimension"], "value": each["moved"], "told": f"{each['moved']:,} of {customers:,}"}
            for each in report["moves"]["dimensions"]
        ],
    }
    texts = {language: _parts(text) for language, text in report["text"].items()}
    return write_self_contained(
        path,
        TEMPLATE,
        charts=charts,
        report=report,
        heading=heading(result),
        sentences={language: sentences for language, (sentences, _) in texts.items()},
        rows={language: rows for language, (_, rows) in texts.items()},
    )


def heading(result: Result) -> str:
    """What the calibration did, in a few words."""
    if result["version"] is None:
        return f"what a calibration as of {result['report']['as_of']} would change"
    return f"thresholds {result['version']} are in force"


def _parts(text: str) -> tuple[list[str], list[list[str]]]:
    """The sentences and the table of a report's Markdown."""
    lines = text.splitlines()
    sentences = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return sentences, [row for row in rows if set("".join(row)) - set("- ")]
