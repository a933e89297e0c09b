"""Are the pages of a quality run and of a calibration whole in themselves, and do they say what the run said?"""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from guanxi_cli.quality.calibration_page import write_calibration_page
from guanxi_cli.quality.page import write_quality_page
from guanxi_cli.quality.terminal import print_calibration, print_quality

RUN: dict[str, Any] = {
    "as_of": "2026-08-26",
    "horizon_days": 90,
    "versions": {"policy": "1", "thresholds": "fixed"},
    "auc": {"churn_risk": 0.78161, "recency": None},
    "brier": {"churn_risk": 0.1585, "base_rate": 0.2064},
    "brier_by_decile": {"churn_risk": 0.1547, "recency": 0.1588},
    "deciles": [
        {
            "decile": 1,
            "customers": 2350,
            "predicted": 0.18,
            "observed": 0.19,
            "bought": 0.81,
            "lift": None,
            "spend_share": 0.48,
        }
    ],
    "top_share": 0.2,
    "spend_of_top": {"clv": 0.671, "churn_risk": None, "perfect": 0.942},
    "lorenz": {"clv": [0.0, 1.0]},
    "segments": [{"segment": "high_value", "customers": 0, "bought": 0, "share": None}],
    "drift": {
        "alarm": False,
        "groups": [{"group": "health_high", "customers": 0, "predicted": None, "observed": None, "alarm": False}],
    },
    "sentences": {"en": ["Nobody <left>."], "zh": ["没有人流失。"]},
}
RESULT: dict[str, Any] = {
    "version": None,
    "thresholds": {},
    "report": {
        "as_of": "2026-11-24",
        "churn": {"brier": {"fixed": 0.1345, "in_force": None, "new": 0.1208}},
        "moves": {"customers": 1200, "dimensions": [{"dimension": "segment", "moved": 65}]},
        "text": {
            "en": "- Risk misses less.\n\n| | before | now |\n| --- | --- | --- |\n| Recency | 15 · 30 | 12 · 31 |",
            "zh": "- 流失风险更准。\n\n| | 原值 | 新值 |\n| --- | --- | --- |\n| 最近购买（天） | 15 · 30 | 12 · 31 |",
        },
    },
}


def words(page: str) -> str:
    """Without markup and scripts."""
    body = re.sub(r"<script.*?</script>", "", page.split("<body>")[1], flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


@pytest.mark.parametrize("name", ["quality", "calibration"])
def test_a_page_asks_nothing_of_the_network(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.html"
    page = write_quality_page(path, RUN, title="t") if name == "quality" else write_calibration_page(path, RESULT)
    markup = re.sub(r"<script>.*?</script>", "", page.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"""(?:src|href|action)\s*=|url\(|@import|srcset""", markup) == []
    assert "echarts.init(" in page.read_text("utf-8")


def test_the_quality_page_tells_every_ranking_and_leaves_out_what_is_not_known(tmp_path: Path) -> None:
    page = write_quality_page(tmp_path / "q.html", RUN, title="A shop", source="Somebody").read_text("utf-8")
    told = words(page)
    assert "churn risk 0.782 0.1585 0.1547" in told
    assert "recency 0.1588" in told
    assert "CLV 67.1%" in told
    assert "Nobody &lt;left&gt;." in told
    assert "没有人流失。" in told
    assert "Data: Somebody." in told
    assert "2,350 18.0% 19.0% 48.0%" in told


def test_the_calibration_page_tells_the_report_in_both_languages(tmp_path: Path) -> None:
    told = words(write_calibration_page(tmp_path / "c.html", RESULT).read_text("utf-8"))
    assert "what a calibration as of 2026-11-24 would change" in told
    assert "before now Recency 15 · 30 12 · 31" in told
    assert "原值 新值 最近购买（天） 15 · 30 12 · 31" in told
    kept = write_calibration_page(tmp_path / "c.html", {**RESULT, "version": "2026-11-24"}).read_text("utf-8")
    assert "thresholds 2026-11-24 are in force" in words(kept)


@pytest.mark.parametrize("width", [60, 100])
def test_both_are_told_in_the_terminals_width(width: int) -> None:
    console = Console(width=width, record=True, file=StringIO())
    print_quality(console, RUN)
    print_calibration(console, RESULT)
    told = console.export_text()
    assert "churn risk" in told
    assert "Recency" in told
    assert max(map(len, told.splitlines())) <= width
