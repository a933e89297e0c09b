"""Does a backtest say what happened, whatever the order of the customers, and raise its alarm only where it should?"""

import re
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.sample_shops import SHOPS
from tests.unit.scoring.build import POLICY, SETTING, nps, on, order, refund

from scoring.domain.policy.policy_calibration import DriftRule
from scoring.domain.quality.backtest import Outcomes, observe
from scoring.domain.quality.calibration import calibrate
from scoring.domain.quality.calibration_measures import measure
from scoring.domain.quality.drift import drift
from scoring.domain.quality.quality import judge
from scoring.domain.quality.quality_words import sentences
from scoring.domain.quality.ranking import auc, brier, brier_by_decile, deciles, lorenz, top_share
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import replay

Numbers = NDArray[np.int64]
RULE = DriftRule(health_at_least=70, customers_at_least=50, excess_at_least=0.1, sigmas_at_least=3)


def plain_auc(values: list[int], bought: list[bool]) -> float | None:
    """Pair by pair."""
    pairs = [
        (mine > theirs) + (mine == theirs) / 2
        for (mine, yes), (theirs, no) in product(zip(values, bought, strict=True), repeat=2)
        if yes and not no
    ]
    return sum(pairs) / len(pairs) if pairs else None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 50)), min_size=1, max_size=40), st.randoms())
def test_rankings_are_fair_to_ties_and_blind_to_the_order_of_the_rows(
    rows: list[tuple[int, bool, int]], chance: object
) -> None:
    values, bought, amount = (np.array(column) for column in zip(*rows, strict=True))
    expected = plain_auc(values.tolist(), bought.tolist())
    assert auc(values, bought) == (None if expected is None else pytest.approx(expected))
    mixed = np.random.default_rng(len(rows)).permutation(len(rows))
    assert deciles(values[mixed], bought[mixed]) == deciles(values, bought)
    assert sum(tenth.customers for tenth in deciles(values, bought)) == len(rows)
    assert brier_by_decile(values, bought) <= bought.mean() * (1 - bought.mean()) + 1e-12
    held = lorenz(values, amount)
    assert held[0] == 0
    assert held == sorted(held)
    if amount.sum():
        assert held[-1] == pytest.approx(1)
        best = top_share(amount, amount, 0.2)
        mine = top_share(values, amount, 0.2)
        assert best is not None
        assert mine is not None
        assert 0 <= mine <= best + 1e-12 <= 1 + 1e-9


@pytest.mark.parametrize(
    ("values", "bought", "share"),
    [([3, 2, 2, 1], [1, 1, 0, 0], 0.875), ([1, 1], [1, 0], 0.5), ([1, 2], [1, 1], None), ([], [], None)],
)
def test_auc_is_the_chance_that_a_buyer_stands_above_another(
    values: list[int], bought: list[int], share: float | None
) -> None:
    assert auc(np.array(values, dtype=np.int64), np.array(bought, dtype=np.bool_)) == share


def test_a_chance_that_was_right_errs_by_nothing_and_a_coin_by_a_quarter() -> None:
    happened = np.array([True, False])
    assert brier(np.array([1.0, 0.0]), happened) == 0
    assert brier(np.array([0.5, 0.5]), happened) == 0.25


@pytest.mark.parametrize(
    ("customers", "risk", "left", "alarm"),
    [
        (100, 0.2, 40, True),
        (100, 0.2, 25, False),  # 1.25 deviations
        (100, 0.2, 10, False),  # fewer than predicted
        (50, 0.2, 25, True),
        (49, 0.2, 25, False),  # too few to say
        (10_000, 0.2, 2_900, False),  # clear, but 9 points are no matter
        (10_000, 0.2, 3_000, True),
        (60, 0.0, 6, True),  # predicted with certainty
        (0, 0.2, 0, False),
    ],
)
def test_a_healthy_group_drifts_when_it_leaves_clearly_more_often(
    customers: int, risk: float, left: int, alarm: bool
) -> None:
    gone = np.arange(customers) < left
    assert drift("low", np.full(customers, risk), gone, RULE).alarm is alarm


def outcomes() -> Outcomes:
    """As of day 100, horizon 90: five customers who had bought, and three who had not."""
    histories = [
        [order(10, 5000), order(50, 5000), order(100, 1000), order(101, 700), order(190, 900), order(191, 5)],
        [order(20, 3000)],
        [order(30, 3000, "a"), order(120, 2000, "b"), refund(130, 2000, "b")],  # what it bought, it gave back
        [order(90, 4000, "c"), order(150, 8000, "d"), refund(160, 3000, "d"), refund(170, 9000)],
        [order(60, 2000, "e"), order(191, 500, "f")],
        [order(120, 9000)],
        [nps(3, 9)],
        [order(40, 2000, "g"), refund(70, 2000, "g")],
    ]
    arrays = pack_states([replay(events, POLICY, SETTING) for events in histories])
    return observe(arrays, day_number(on(100)), 90, POLICY, POLICY.fixed)


def test_only_who_had_bought_is_judged_and_by_what_lay_before() -> None:
    found = outcomes()
    assert found.purchase_days.tolist() == [3, 1, 1, 1, 1]
    assert found.recency_days.tolist() == [0, 80, 70, 10, 40]
    assert found.monetary_minor.tolist() == [11_000, 3000, 3000, 4000, 2000]


def test_what_happened_is_what_is_known_at_the_end_of_the_horizon() -> None:
    found = outcomes()
    assert found.bought.tolist() == [True, False, False, True, False]
    assert found.future_minor.tolist() == [1600, 0, 0, 0, 0]  # the fourth paid 5000 and was paid back 9000


def test_the_chance_to_leave_is_the_churn_risk_when_the_horizon_is_the_policys() -> None:
    found = outcomes()
    assert found.leaving == pytest.approx(found.risk, abs=1e-6)


def test_pages_of_customers_add_up_to_the_whole() -> None:
    found = outcomes()
    parts = [Outcomes(**{name: column[at] for name, column in found.columns().items()}) for at in ([0, 1], [2, 3, 4])]
    assert judge(Outcomes.total(parts), POLICY) == judge(found, POLICY)


def test_a_base_in_which_nobody_had_bought_is_told_in_words_and_not_in_figures() -> None:
    arrays = pack_states([replay([order(120)], POLICY, SETTING)])
    found = judge(observe(arrays, day_number(on(100)), 90, POLICY, POLICY.fixed), POLICY)
    assert (found["customers"], found["deciles"], found["calibration_error"]) == (0, [], None)
    assert set(found["auc"].values()) == {None}
    told = sentences({**found, "as_of": on(100), "horizon_days": 90})
    assert told["en"] == ["Nobody had bought by 2026-04-11: choose a later as_of."]


def test_a_year_of_a_real_shop_is_judged_and_every_figure_told() -> None:
    shop = SHOPS["online_retail"]
    arrays, day = shop.arrays(), day_number(shop.as_of)
    thresholds = calibrate(measure(arrays, day, POLICY, POLICY.fixed), day, POLICY)
    seen = observe(arrays, day, shop.horizon_days, POLICY, thresholds)
    found = judge(seen, POLICY)
    assert (found["customers"], found["bought"]) == (3370, 1921)
    assert sum(row["customers"] for row in found["deciles"]) == 3370
    assert sum(row["spend_share"] for row in found["deciles"]) == pytest.approx(1, abs=1e-5)
    assert found["calibration_error"] < 0.15  # and rfm_sum ranks better than churn risk here: see bench/README.md
    assert found["segments_ordered"] is True
    told = sentences({**found, "as_of": shop.as_of, "horizon_days": shop.horizon_days})
    assert len(told["en"]) == len(told["zh"]) == 6
    assert told["en"][-1] == "No group judged healthy left clearly more often than predicted."
    gone = replace(seen, bought=np.zeros_like(seen.bought))
    alarmed = judge(gone, POLICY)
    assert alarmed["drift"]["alarm"] is True
    said = sentences({**alarmed, "as_of": date(2011, 9, 10), "horizon_days": 90})
    assert "Alarm: " in said["en"][-1]
    assert said["zh"][-1].startswith("偏移警报：判为健康的 673 位客户（关怀指数高）流失了 100.0%")
    english = {word for each in (*told["zh"], *said["zh"]) for word in re.findall(r"[A-Za-z_]{2,}", each)}
    assert english == {"AUC", "Brier"}
    assert "各客户细分再次购买的比例：高价值 85.3%、活跃 59.5%、潜在 42.5%、流失 34.0%，依次递减。" in told["zh"]
