"""Do thresholds come from the base as scoring-model.md section 5 says, and is a base that is too young refused?"""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.sample_shops import SHOPS
from tests.unit.scoring.build import MAPPING, POLICY, SETTING, columns_of, on, order

from scoring.domain.card import score
from scoring.domain.policy.policy import Policy
from scoring.domain.quality.calibration import CalibrationRefused, calibrate, refusals
from scoring.domain.quality.calibration_measures import Measures, measure
from scoring.domain.quality.calibration_report import Calibrated, report
from scoring.domain.quality.churn_grid import ALPHAS, HALF_LIVES, RATES, ChurnErrors, ChurnPoint, churn_errors
from scoring.domain.quality.quantiles import fifths, top_cut_off, top_rank
from scoring.domain.reports.what_if import Moves
from scoring.domain.state.arrays import Arrays, known_on, pack_states, take
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import replay

LENIENT = Policy.from_mapping(
    {**MAPPING, "calibration": {"buyers_at_least": 1, "history_days_at_least": 1, "order_within_days": 1000}}
)


def base(*customers: list[tuple[int, int]]) -> Arrays:
    """A base of customers, each with orders (day, minor units)."""
    return pack_states([replay([order(*one) for one in orders], POLICY, SETTING) for orders in customers])


def number(day: int) -> int:
    return day_number(on(day))


@pytest.mark.parametrize(
    ("values", "cuts"),
    [
        ([7], (7, 7, 7, 7)),
        ([1, 2, 3, 4], (1, 2, 3, 4)),
        ([5, 4, 3, 2, 1], (1, 2, 3, 4)),
        (list(range(1, 11)), (2, 4, 6, 8)),
        (list(range(1, 12)), (3, 5, 7, 9)),  # (11 + 4)//5 - 1 = 2: the third value
        ([1, 1, 2, 3, 9], (1, 1, 2, 3)),
        ([-50, -50, 10, 20, 30], (0, 0, 10, 20)),
    ],
)
def test_cuts_are_values_that_somebody_has(values: list[int], cuts: tuple[float, ...]) -> None:
    assert fifths(np.array(values)) == cuts


@pytest.mark.parametrize(
    ("n", "share", "rank"),
    [(1, 0.2, 1), (5, 0.2, 1), (6, 0.2, 2), (10, 0.2, 2), (11, 0.2, 3), (30, 0.1, 3), (2, 1.0, 2)],
)
def test_the_top_share_is_a_whole_rank_without_rounding_errors(n: int, share: float, rank: int) -> None:
    assert top_rank(n, share) == rank
    assert top_cut_off(np.arange(1, n + 1), share) == n + 1 - rank


def measures(*, buyers: int = 500, first: int = 0, last: int = 179, customers: int = 600) -> Measures:
    """A base of buyers who all look alike, as of day 180."""
    whole = measure(base([(first, 100), (last, 100)]), number(180), POLICY, POLICY.fixed)
    return replace(
        whole,
        recency_days=np.repeat(whole.recency_days, buyers),
        frequency=np.repeat(whole.frequency, buyers),
        monetary_minor=np.repeat(whole.monetary_minor, buyers),
        customers=customers,
    )


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (measures(), []),
        (measures(buyers=499), ["too_few_buyers"]),
        (measures(first=0), []),  # the first purchase is 180 days old
        (measures(first=1), ["too_little_history"]),
        (measures(last=151), []),  # 29 days ago
        (measures(last=150), ["no_recent_order"]),
        (measures(buyers=3, first=140, last=140), ["too_few_buyers", "too_little_history", "no_recent_order"]),
    ],
)
def test_a_base_is_refused_below_each_limit_and_not_at_it(found: Measures, codes: list[str]) -> None:
    assert [each.code for each in refusals(found, number(180), POLICY)] == codes
    if codes:
        with pytest.raises(CalibrationRefused, match=f"{codes[0]}: .* needed: "):
            calibrate(found, number(180), POLICY)
    else:
        assert calibrate(found, number(180), POLICY).m0_minor == 100


def test_a_base_without_any_purchase_is_refused_with_every_reason() -> None:
    whole = measure(base([]), number(180), POLICY, POLICY.fixed)
    codes = [each.code for each in refusals(whole, number(180), POLICY)]
    assert codes == ["too_few_buyers", "too_little_history", "no_recent_order"]


def test_every_figure_rests_on_the_customers_that_the_page_names() -> None:
    shop = base(
        [(-400, 90_000)],  # outside the window: only the mean order and the decayed money know of it
        [(0, 1000), (10, 3000)],
        [(50, 2000)],
        [(60, 4000)],
        [(90, 5000)],
        [(95, 6000)],
        [],
    )
    found = calibrate(measure(shop, number(100), LENIENT, LENIENT.fixed), number(100), LENIENT)
    assert found.recency == (5, 10, 40, 50)
    assert found.frequency == (1, 1, 1, 1)
    assert found.monetary == found.value == (2000, 4000, 4000, 5000)
    assert found.key_account_minor == 6000
    assert found.m0_minor == 111_000 / 7
    money = [90_000 * 2 ** (-500 / 180), 1000 * 2 ** (-100 / 180) + 3000 * 2 ** (-90 / 180)]
    money += [minor * 2 ** (-age / 180) for minor, age in ((2000, 50), (4000, 40), (5000, 10), (6000, 5))]
    assert found.m50_minor == pytest.approx(np.median(money), rel=1e-12)


def plain_brier(shop: list[list[int]], t: int, horizon: int, point: ChurnPoint) -> float:
    """The Brier score, one customer after the other, from scoring-model.md's words."""
    h, r, alpha = point
    errors: list[float] = []
    for days in shop:
        known = sorted({day for day in days if day <= t})
        if not known:
            continue
        exposure = max((h / math.log(2)) * (1 - 2 ** (-(t - known[0]) / h)), t - known[-1])
        repeats = sum(2 ** (-(t - day) / h) for day in known[1:])
        risk = ((alpha + exposure) / (alpha + exposure + horizon)) ** (r + repeats)
        silent = not any(t < day <= t + horizon for day in days)
        errors.append((risk - silent) ** 2)
    return sum(errors) / len(errors)


def test_the_grid_finds_the_least_brier_that_a_plain_loop_finds() -> None:
    shop = [[0], [5, 40, 80, 130], [20, 150], [70, 75, 91], [9, 110, 190], [180], [89, 90]]
    arrays = base(*[[(day, 100) for day in days] for days in shop])
    usual = ChurnPoint(45, 0.3, 77)
    found = churn_errors(arrays, number(180), 90, POLICY.fixed, (usual,))
    assert found.customers == 6  # one bought for the first time after day 90
    plain = {
        ChurnPoint(h, r, alpha): plain_brier(shop, 90, 90, ChurnPoint(h, r, alpha))
        for h in HALF_LIVES
        for r in RATES
        for alpha in ALPHAS
    }
    for h, rows in zip(HALF_LIVES, found.grid / found.customers, strict=True):
        for alpha, row in zip(ALPHAS, rows, strict=True):
            assert row == pytest.approx([plain[ChurnPoint(h, r, alpha)] for r in RATES], abs=1e-12)
    assert found.brier(0) == pytest.approx(plain_brier(shop, 90, 90, usual), abs=1e-12)
    best = found.best()
    assert best is not None
    assert best[1] == pytest.approx(min(plain.values()), abs=1e-12)
    assert plain[best[0]] == pytest.approx(best[1], abs=1e-12)


@pytest.mark.parametrize(
    ("least", "best"),
    [
        (lambda _: True, ChurnPoint(90, 2, 365)),
        (lambda at: at.h != 90 and at.alpha < 100, ChurnPoint(60, 2, 90)),
        (lambda at: at.h in (30, 120), ChurnPoint(120, 2, 365)),
        (lambda at: (at.alpha, at.r) in ((365, 0.25), (240, 2)), ChurnPoint(90, 0.25, 365)),
    ],
)
def test_ties_go_to_the_half_life_near_90_then_the_larger_alpha_then_the_larger_r(least, best) -> None:  # type: ignore[no-untyped-def]
    grid = [[[1 - least(ChurnPoint(h, r, a)) + 1e-14 * r for r in RATES] for a in ALPHAS] for h in HALF_LIVES]
    found = ChurnErrors(grid=np.array(grid, dtype=np.float64), beside=np.zeros(0), customers=1, silent=0).best()
    assert found is not None
    assert found[0] == best


def test_nobody_to_learn_churn_from_keeps_the_fixed_figures() -> None:
    found = calibrate(measure(base([(99, 100)]), number(100), LENIENT, LENIENT.fixed), number(100), LENIENT)
    assert ChurnPoint.of(found) == ChurnPoint.of(LENIENT.fixed)


histories = st.lists(
    st.lists(st.tuples(st.integers(-30, 200), st.integers(0, 90_000)), max_size=5), min_size=2, max_size=12
)


@settings(max_examples=20, deadline=None)
@given(shop=histories, as_of=st.integers(0, 200), cut=st.integers(1, 11))
def test_cuts_ascend_and_pages_of_any_size_give_the_same_thresholds(
    shop: list[list[tuple[int, int]]], as_of: int, cut: int
) -> None:
    arrays, day = base(*shop), number(as_of)
    pages = [np.arange(start, min(start + cut, arrays.size)) for start in range(0, arrays.size, cut)]
    whole = measure(arrays, day, LENIENT, LENIENT.fixed)
    kept = [measure(take(arrays, page), day, LENIENT, LENIENT.fixed).columns() for page in pages]
    split = Measures.total([Measures.of_columns(columns) for columns in kept])
    if refusals(whole, day, LENIENT):
        assert refusals(split, day, LENIENT) == refusals(whole, day, LENIENT)
        return
    found = calibrate(whole, day, LENIENT)
    assert calibrate(split, day, LENIENT) == found
    for cuts in (found.recency, found.frequency, found.monetary, found.value):
        assert list(cuts) == sorted(cuts)
        assert cuts[0] >= 0
    assert found.m50_minor > 0
    assert found.m0_minor > 0
    assert found.churn_h in HALF_LIVES or found.churn_h == LENIENT.fixed.churn_h


@settings(max_examples=8, deadline=None)
@given(mine=st.lists(st.integers(0, 200), min_size=1, max_size=4), other=st.lists(st.integers(0, 200), max_size=6))
def test_with_frozen_thresholds_another_customers_orders_change_nothing(mine: list[int], other: list[int]) -> None:
    alone = columns_of([order(day) for day in mine], day=200)
    both = columns_of([order(day) for day in mine], [order(day, 900_000) for day in other], day=200)
    for name in ("r", "f", "m", "care_cv", "exchange", "churn_risk", "key_account", "clv_minor"):
        assert getattr(both, name)[0] == getattr(alone, name)[0]


def test_the_cdnow_sample_calibrates_to_the_figures_that_were_found_by_hand() -> None:
    arrays, day = SHOPS["cdnow"].arrays(), day_number(date(1997, 9, 30))
    whole = measure(arrays, day, POLICY, POLICY.fixed)
    found = calibrate(whole, day, POLICY)
    assert (len(whole.recency_days), whole.churn.customers, whole.churn.silent) == (2349, 2349, 1940)
    assert (found.recency, found.frequency) == ((99, 197, 219, 242), (1, 1, 2, 3))
    assert (found.churn_h, found.churn_r, found.churn_alpha) == (120, 0.5, 240)
    columns = [score(arrays, date(1997, 9, 30), POLICY, each) for each in (POLICY.fixed, found)]
    moves = Moves.none()
    moves.add([""] * arrays.size, known_on(arrays, day), columns[0], columns[1], movers=0)
    told = report(
        Calibrated(was=POLICY.fixed, now=found, policy=POLICY, as_of=day, base=whole, moves=moves, currency="USD")
    )
    assert told["churn"]["brier"] == pytest.approx({"fixed": 0.134517, "in_force": 0.134517, "new": 0.120815}, abs=1e-6)
    assert "Brier 0.1208, before 0.1345" in told["text"]["en"]
    assert "（76.8%）的客户细分将会改变，其中最多的是由流失变为潜在（" in told["text"]["zh"]
    assert "469 位客户（20.0%）的大客户身份将会改变，由否变为是。" in told["text"]["zh"]
    assert "standing as a key account changes for 469 customers (20.0%), from no to yes." in told["text"]["en"]
    assert "; the largest group goes from churned to potential (" in told["text"]["en"]
    assert "| 最近购买时间（天） | 15 · 30 · 75 · 180 | 99 · 197 · 219 · 242 |" in told["text"]["zh"]
    changed = int((columns[0].segment != columns[1].segment).sum())
    assert told["moves"]["dimensions"][0]["dimension"] == "segment"
    assert told["moves"]["dimensions"][0]["moved"] == changed > 0
