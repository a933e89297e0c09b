"""How does a quality run look as a page? Calibration curve, lift by tenth, Lorenz curve, and the figures as tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from guanxi_cli.demo.figures import counted
from guanxi_cli.pages.self_contained import write_self_contained

TEMPLATE: Final = Path(__file__).parent / "quality.html"

LABELS: Final = {"clv": "CLV", "rfm_sum": "R + F + M", "bg_nbd": "BG/NBD", "bg_nbd_alive": "BG/NBD, chance to be alive"}

Run = Mapping[str, Any]
"""One run as `GET /v1/quality` tells it."""


def write_quality_page(path: Path, run: Run, *, title: str, source: str = "") -> Path:
    """Write the page and answer its path; `source` names the data where they are somebody else's."""
    charts = {"deciles": run["deciles"], "lorenz": run["lorenz"]}
    return write_self_contained(
        path,
        TEMPLATE,
        charts=charts,
        run=run,
        horizon=counted(run["horizon_days"], "day", "days"),
        rankings=ranking_rows(run),
        base_rate=figure(run["brier"].get("base_rate")),
        perfect=share(run["spend_of_top"].get("perfect")),
        title=title,
        source=source,
    )


def ranking_rows(run: Run) -> list[tuple[str, list[str]]]:
    """Each ranking by its label, with AUC, Brier, Brier at its best by tenths, and the spend of its top, as written."""
    names = list(dict.fromkeys([*run["auc"], *(name for name in run["spend_of_top"] if name != "perfect")]))
    return [
        (
            label(name),
            [
                figure(run["auc"].get(name), 3),
                figure(run["brier"].get(name)),
                figure(run["brier_by_decile"].get(name)),
                share(run["spend_of_top"].get(name)),
            ],
        )
        for name in names
    ]


def label(name: str) -> str:
    """A ranking as people know it."""
    return LABELS.get(name, name.replace("_", " "))


def figure(value: float | None, decimals: int = 4) -> str:
    """A figure, or nothing where there is none."""
    return "" if value is None else f"{value:.{decimals}f}"


def share(value: float | None) -> str:
    """A share in per cent, or nothing where there is none."""
    return "" if value is None else f"{value:.1%}"
