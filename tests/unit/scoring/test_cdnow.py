"""Does a backtest on a known sample of customers find the figures that the reference says?

Source: scoring-model.md section 5: as of 1997-09-30, holdout 273 days from 1997-10-01, each customer-day one order,
the default h, r and alpha of churn risk, cuts calibrated as of that day.
"""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.sample_shops import SHOPS
from tests.unit.scoring.build import POLICY

from scoring.domain.quality.backtest import observe
from scoring.domain.quality.calibration import calibrate
from scoring.domain.quality.calibration_measures import measure
from scoring.domain.quality.quality import judge
from scoring.domain.state.days import day_number

Figures = dict[str, Any]


@pytest.fixture(scope="module")
def found() -> Figures:
    shop, fixed = SHOPS["cdnow"], POLICY.fixed
    arrays, day = shop.arrays(), day_number(shop.as_of)
    assert len(arrays.worths.owner) == 6688  # 6,696 customer-days less 8 of amount 0, which are no purchases
    cuts = calibrate(measure(arrays, day, POLICY, fixed), day, POLICY)
    thresholds = replace(cuts, churn_h=fixed.churn_h, churn_r=fixed.churn_r, churn_alpha=fixed.churn_alpha)
    return judge(observe(arrays, day, shop.horizon_days, POLICY, thresholds), POLICY)


@pytest.mark.parametrize(
    ("name", "auc"),
    [("churn_risk", 0.782), ("recency", 0.771), ("frequency", 0.758), ("monetary", 0.727), ("rfm_sum", 0.775)],
)
def test_churn_risk_and_plain_figures_rank_as_the_reference_does(found: Figures, name: str, auc: float) -> None:
    assert found["auc"][name] == pytest.approx(auc, abs=0.003)


@pytest.mark.parametrize(
    ("segment", "share"), [("high_value", 0.64), ("active", 0.365), ("potential", 0.155), ("churned", 0.11)]
)
def test_segments_buy_again_as_often_as_the_reference_says(found: Figures, segment: str, share: float) -> None:
    shares = {row["segment"]: row["share"] for row in found["segments"]}
    assert shares[segment] == pytest.approx(share, abs=0.02)
    assert found["segments_ordered"] is True
