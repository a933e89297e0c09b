"""How fast are recency, frequency and money of a base of a million orders, against pandas and polars? (B9)

`python -m bench rfm`. All three start from columns in memory and end with the same seven columns a customer: recency,
frequency, money, the three ranks and the segment of the day. Each has one thread of one core and its CPU time counted,
in alternating rounds whose answers are compared. Ours includes what the others need not do: refunds and cancels as of
any day. Reading the columns from encoded states is shown beside it.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
import yaml
from bench.machine import describe_machine
from bench.one_core import AS_OF, pin, start_again_with_one_thread
from bench.synthetic_states import ORDERS, synthetic_states
from numpy.typing import NDArray

from scoring.domain.decay import Grid
from scoring.domain.exchange import purchase_days
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.rfm import rfm
from scoring.domain.segment import segment
from scoring.domain.state.arrays import Arrays, pack
from scoring.domain.state.days import day_number

MILLION: Final = 1_000_000
TODAY: Final = day_number(AS_OF)
MUST: Final = {"pandas": 1.0, "polars": 3.0}
STRETCH: Final = {"pandas": 0.5, "polars": 1.2}
PAGE: Final = 10_000
WINDOW: Final = 365
NAMES: Final = ("recency", "frequency", "money", "r", "f", "m", "segment")
CHURNED, POTENTIAL, ACTIVE, HIGH_VALUE = range(4)

Table = dict[str, NDArray[Any]]
"""Whole numbers of any width by the names of NAMES."""


def main() -> None:
    """Print the machine and each contender's median and range, and the ratios beside what they must be."""
    parser = argparse.ArgumentParser(prog="python -m bench rfm")
    parser.add_argument("--orders", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(sys.argv[2:])
    start_again_with_one_thread()
    sys.stdout.write(describe_machine("numpy", "pandas", "polars") + "\n" + pin())
    policy = Policy.from_mapping(yaml.safe_load(Path("policies/scoring.yaml").read_text(encoding="utf-8")))
    pages = list(synthetic_states(arguments.orders // ORDERS, as_of=AS_OF, page=PAGE))
    arrays, whole = [pack(page) for page in pages], pack([row for page in pages for row in page])
    frame = _orders(whole)
    polar = pl.from_pandas(frame)
    sys.stdout.write(f"{len(frame):,} worths of {whole.size:,} customers\n")
    contenders: dict[str, Callable[[], Table]] = {
        "ours": lambda: _joined([_ours(each, policy) for each in arrays]),
        "ours from states": lambda: _joined([_ours(pack(page), policy) for page in pages]),
        "pandas": lambda: _in_pandas(frame, policy.fixed),
        "polars": lambda: _in_polars(polar, policy.fixed),
    }
    _race(contenders, arguments.rounds)


def _ours(arrays: Arrays, policy: Policy) -> Table:
    grid = Grid(as_of=TODAY, guard=0, size=arrays.size)
    last = purchase_days(grid, arrays).last_day()
    found = rfm(grid, arrays.worths, last, policy, policy.fixed)
    return {
        "recency": found.idle[0],
        "frequency": found.frequency,
        "money": found.monetary_minor,
        "r": found.r[0],
        "f": found.f[0],
        "m": found.m[0],
        "segment": segment(found, last > 0, policy)[0],
    }


def _joined(parts: list[Table]) -> Table:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _orders(arrays: Arrays) -> pd.DataFrame:
    """What is known as of the day: a row for what each order is worth."""
    worths = arrays.worths
    held = (worths.since <= TODAY) & (worths.until > TODAY) & (worths.net_minor > 0)
    columns = {"customer": worths.owner[held], "day": worths.day[held], "minor": worths.net_minor[held]}
    return pd.DataFrame(columns)


def _in_pandas(frame: pd.DataFrame, thresholds: Thresholds) -> Table:
    inside = frame["day"] > TODAY - WINDOW
    told = frame.assign(inside=inside, money=frame["minor"].where(inside, 0)).groupby("customer")
    one = told.agg(last=("day", "max"), frequency=("inside", "sum"), money=("money", "sum"))
    recency = TODAY - one["last"].to_numpy()
    r = 5 - np.searchsorted(thresholds.recency, recency)
    f = 1 + np.searchsorted(thresholds.frequency, one["frequency"])
    m = 1 + np.searchsorted(thresholds.monetary, one["money"])
    rules = [
        (r == 1) & (recency >= 180),
        (r >= 3) & (f + m >= 8),
        ((r >= 3) & ((f >= 2) | (m == 5))) | (f + m >= 8),
    ]
    return {
        "recency": recency,
        "frequency": one["frequency"].to_numpy(),
        "money": one["money"].to_numpy(),
        "r": r,
        "f": f,
        "m": m,
        "segment": np.select(rules, [CHURNED, HIGH_VALUE, ACTIVE], POTENTIAL),
    }


def _in_polars(frame: pl.DataFrame, thresholds: Thresholds) -> Table:
    def below(name: str, cuts: tuple[float, ...]) -> pl.Expr:
        return pl.sum_horizontal([(pl.col(name) > cut).cast(pl.Int8) for cut in cuts])

    inside = pl.col("day") > TODAY - WINDOW
    r, f, m = pl.col("r"), pl.col("f"), pl.col("m")
    answer = (
        frame.lazy()
        .with_columns(inside=inside, money=pl.col("minor") * inside)
        .group_by("customer")
        .agg(last=pl.col("day").max(), frequency=pl.col("inside").sum(), money=pl.col("money").sum())
        .with_columns(recency=TODAY - pl.col("last"))
        .with_columns(
            r=5 - below("recency", thresholds.recency),
            f=1 + below("frequency", thresholds.frequency),
            m=1 + below("money", thresholds.monetary),
        )
        .with_columns(
            segment=pl.when((r == 1) & (pl.col("recency") >= 180))
            .then(CHURNED)
            .when((r >= 3) & (f + m >= 8))
            .then(HIGH_VALUE)
            .when(((r >= 3) & ((f >= 2) | (m == 5))) | (f + m >= 8))
            .then(ACTIVE)
            .otherwise(POTENTIAL)
        )
        .sort("customer")
        .collect()
    )
    return {name: answer[name].to_numpy() for name in NAMES}


def _race(contenders: dict[str, Callable[[], Table]], rounds: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(-1, rounds):  # one round before the clock counts
        answers = {}
        for name in list(contenders)[:: -1 if turn % 2 else 1]:
            began = time.process_time()
            answers[name] = contenders[name]()
            if turn >= 0:
                seconds[name].append(time.process_time() - began)
        for name, answer in answers.items():
            for column in NAMES:
                assert (answer[column] == answers["pandas"][column]).all(), f"{name} differs in {column}"
    for name, each in seconds.items():
        _report(name, each)
    for name, must in MUST.items():
        ratios = sorted(ours / theirs for ours, theirs in zip(seconds["ours"], seconds[name], strict=True))
        ratio, further = statistics.median(ratios), STRETCH[name]
        verdicts = ("met" if ratio <= must else "MISSED"), ("met" if ratio <= further else "missed")
        sys.stdout.write(
            f"ours takes {ratio:.2f} x the time of {name} ({ratios[0]:.2f} to {ratios[-1]:.2f}); "
            f"must {must:g} x: {verdicts[0]}; stretch {further:g} x: {verdicts[1]}\n"
        )


def _report(name: str, seconds: list[float]) -> None:
    sys.stdout.write(
        f"{name:17} {1e3 * statistics.median(seconds):7.1f} CPU-ms "
        f"({1e3 * min(seconds):.1f} to {1e3 * max(seconds):.1f}), same answers\n"
    )
