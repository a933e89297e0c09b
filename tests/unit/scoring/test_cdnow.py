"""Does churn risk rank a known sample of customers as well as the published reference says?

Source: scoring-model.md section 5: as of 1997-09-30, holdout 273 days from 1997-10-01, each customer-day one order.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import rankdata
from tests.unit.scoring.build import POLICY

from scoring.domain.arrays import pack_states
from scoring.domain.card import score
from scoring.domain.columns import Columns
from scoring.domain.currency import Money
from scoring.domain.effects import effects
from scoring.domain.policy import SEGMENTS
from scoring.domain.state import State
from scoring.domain.thresholds import Thresholds

AS_OF = date(1997, 9, 30)
Sample = tuple[Columns, NDArray[np.int64], NDArray[np.bool_]]  # scores, purchase days ever, bought in the holdout


def quantile_cuts(values: NDArray[np.int64]) -> list[float]:
    """Type-1 quantiles at 20, 40, 60 and 80 %."""
    ordered, n = np.sort(values), len(values)
    return [float(ordered[(k * n + 4) // 5 - 1]) for k in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def sample() -> Sample:
    frame = pd.read_csv(Path("tests/data/cdnow_sample.csv.gz"), dtype={"sample_id": str})
    days = (
        frame.assign(minor=(frame["amount"] * 100).round()).groupby(["sample_id", "date"])["minor"].sum().reset_index()
    )
    assert len(days) == 6696
    states: dict[str, State] = {customer: State() for customer in sorted(days["sample_id"].unique())}
    ever, later = dict.fromkeys(states, 0), dict.fromkeys(states, False)
    for customer, day, minor in days.itertuples(index=False):
        time = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
        data = {"amount_minor": int(minor), "currency": "USD"}
        money = Money(base_currency="USD")
        states[customer].apply(effects("order.completed", data, time, "cdnow", f"{customer}-{day}", POLICY, UTC, money))
        if minor > 0 and time.date() <= AS_OF:
            ever[customer] += 1
        later[customer] |= bool(minor > 0 and 0 < (time.date() - AS_OF).days <= 273)
    arrays = pack_states(states.values())
    fixed = score(arrays, AS_OF, POLICY, POLICY.fixed)
    cuts = {
        "recency": quantile_cuts(fixed.recency_days[fixed.bought]),
        "frequency": quantile_cuts(fixed.frequency[fixed.bought]),
        "monetary": quantile_cuts(fixed.monetary_minor[fixed.bought]),
    }
    calibrated = Thresholds.from_mapping(cuts, version="cdnow", base=POLICY.fixed)
    return score(arrays, AS_OF, POLICY, calibrated), np.array(list(ever.values())), np.array(list(later.values()))


def auc(sample: Sample, values: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """Among those who had bought: the chance that a later buyer has the higher value."""
    columns, _, later = sample
    ranks, buys = rankdata(values[columns.bought]), later[columns.bought]
    positives = int(buys.sum())
    return float((ranks[buys].sum() - positives * (positives + 1) / 2) / (positives * (len(buys) - positives)))


def test_churn_risk_and_rfm_rank_as_the_reference_does(sample: Sample) -> None:
    columns, ever, _ = sample
    rfm_sum = columns.r.astype(np.int64) + columns.f + columns.m
    assert auc(sample, -columns.churn_risk) == pytest.approx(0.782, abs=0.003)
    assert auc(sample, -columns.recency_days) == pytest.approx(0.771, abs=0.003)
    assert auc(sample, ever) == pytest.approx(0.758, abs=0.003)
    assert auc(sample, columns.monetary_minor) == pytest.approx(0.727, abs=0.003)
    assert auc(sample, rfm_sum) == pytest.approx(0.775, abs=0.003)


@pytest.mark.parametrize(
    ("segment", "share"), [("high_value", 0.64), ("active", 0.365), ("potential", 0.155), ("churned", 0.11)]
)
def test_segments_buy_again_as_often_as_the_reference_says(sample: Sample, segment: str, share: float) -> None:
    columns, _, later = sample
    inside = columns.bought & (columns.raw_segment == SEGMENTS.index(segment))
    assert later[inside].mean() == pytest.approx(share, abs=0.02)
