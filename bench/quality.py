"""How well do the judgements foretell what customers do, beside plain rankings and BG/NBD, on two real shops?

    python -m bench quality [--csv cdnow|online_retail] [--folder DIR] [--fit [--python PYTHON]]

Each shop is calibrated as of a past day, knowing only what lies before, and judged by what came after; a page with
charts is written for each. With --fit BG/NBD is fitted by pymc-marketing (the extra `quality`, minutes).
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any, Final

import yaml
from bench.bg_nbd import KNOWN, Parameters, beside, bought, fit
from bench.machine import describe_machine
from rich.console import Console
from tests.support.sample_shops import SHOPS, Shop

from guanxi_cli.quality.page import write_quality_page
from guanxi_cli.quality.terminal import print_quality
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.quality.backtest import Outcomes, observe
from scoring.domain.quality.calibration import calibrate
from scoring.domain.quality.calibration_measures import Measures, measure
from scoring.domain.quality.quality import judge
from scoring.domain.quality.quality_words import sentences
from scoring.domain.state.arrays import Arrays, pack
from scoring.domain.state.days import day_number
from scoring.usecases.read_base import PAGE

CUSTOMERS: Final = 100_000
POLICY: Final = Path("policies/scoring.yaml")


def main() -> None:
    """Print and write each shop's figures."""
    asked = _asked()
    console, policy = Console(), Policy.from_mapping(yaml.safe_load(POLICY.read_text("utf-8")))
    print(describe_machine("numpy", "guanxi-scoring"))
    print(_speed(policy))
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in asked.csv:
        shop = SHOPS[name]
        arrays = shop.arrays()
        seen = bought(arrays, day_number(shop.as_of))
        by = fit(seen, asked.python) if asked.fit else KNOWN[name]
        for churn, run in _runs(shop, arrays, policy, by).items():
            title = f"{shop.title}; {churn}"
            console.print(f"\n{title}", style="bold cyan")
            print_quality(console, run)
        console.print(f"BG/NBD: r {by.r:.3f} alpha {by.alpha:.3f} a {by.a:.3f} b {by.b:.3f} weeks, {by.source}")
        page = write_quality_page(asked.folder / f"quality-{name}.html", run, title=title, source=shop.source)
        console.print(f"A page with charts: {page}", soft_wrap=True)


def _speed(policy: Policy) -> str:
    """What a calibration and a backtest cost without the database, in pages as the long runs read them."""
    shop = SHOPS["cdnow"]
    rows = [state.encode() for state in shop.states().values()]
    rows = (rows * (CUSTOMERS // len(rows) + 1))[:CUSTOMERS]
    pages = [rows[start : start + PAGE] for start in range(0, CUSTOMERS, PAGE)]
    day = day_number(shop.as_of)
    began = process_time()
    measured = Measures.total([measure(pack(page), day, policy, policy.fixed) for page in pages])
    found = calibrate(measured, day, policy)
    calibrated, began = process_time() - began, process_time()
    judge(Outcomes.total([observe(pack(page), day, shop.horizon_days, policy, found) for page in pages]), policy)
    return (
        f"{CUSTOMERS:,} customers: calibrated in {calibrated:.1f} CPU-seconds, judged in {process_time() - began:.1f}"
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench quality", description=__doc__)
    parser.add_argument("--csv", choices=list(SHOPS), nargs="*", default=list(SHOPS))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "guanxi-quality")
    parser.add_argument("--fit", action="store_true", help="fit BG/NBD here instead of quoting its parameters")
    parser.add_argument("--python", default=sys.executable, help="an interpreter with pymc-marketing")
    return parser.parse_args(sys.argv[2:])


def _runs(shop: Shop, arrays: Arrays, policy: Policy, by: Parameters) -> dict[str, dict[str, Any]]:
    """With the default figures of churn risk, which the reference values rest on, and with calibrated ones."""
    day, fixed = day_number(shop.as_of), policy.fixed
    found = calibrate(measure(arrays, day, policy, fixed), day, policy, version=f"as of {shop.as_of}")
    default = replace(found, churn_h=fixed.churn_h, churn_r=fixed.churn_r, churn_alpha=fixed.churn_alpha)
    return {
        "calibrated cuts, default churn figures": _run(shop, arrays, policy, default, by),
        f"all calibrated: h {found.churn_h:g}, r {found.churn_r:g}, alpha {found.churn_alpha:g}": _run(
            shop, arrays, policy, found, by
        ),
    }


def _run(shop: Shop, arrays: Arrays, policy: Policy, thresholds: Thresholds, by: Parameters) -> dict[str, Any]:
    day = day_number(shop.as_of)
    seen = bought(arrays, day)
    outcomes = observe(arrays, day, shop.horizon_days, policy, thresholds)
    figures = judge(outcomes, policy, beside(seen, by, shop.horizon_days))
    run = {
        "as_of": shop.as_of.isoformat(),
        "horizon_days": shop.horizon_days,
        "versions": {"policy": policy.version, "thresholds": thresholds.version},
        **figures,
    }
    return {**run, "sentences": sentences(run)}
