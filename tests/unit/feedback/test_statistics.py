"""Are the figures of reports right? Printed check values, values of statsmodels and scipy, and what always holds."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.domain.ces import ces
from feedback.domain.correlation import rank_correlation
from feedback.domain.coverage import Covered, coverage
from feedback.domain.csat import csat
from feedback.domain.distribution import add, count, mean
from feedback.domain.expectation_gap import expectation_gap
from feedback.domain.holm import holm
from feedback.domain.mean_interval import mean_on_scale
from feedback.domain.nps import Nps, nps
from feedback.domain.pain_points import pain_points, shortfall
from feedback.domain.response_rate import Asks, response_rate
from feedback.domain.waves import nps_change, share_change, tell_p
from feedback.domain.wilson import Share, share

COUNTS = st.integers(0, 400)
DISTRIBUTIONS = st.dictionaries(st.sampled_from([step / 10 for step in range(11)]), st.integers(1, 50), min_size=1)


def score(promoters: int, passives: int, detractors: int) -> Nps:
    return Nps(promoters=promoters, passives=passives, detractors=detractors)


def on(least: int, most: int, *values: int) -> dict[float, int]:
    return add([{(value - least) / (most - least): 1} for value in values])


@pytest.mark.parametrize(
    ("counts", "point", "low", "high"),
    [
        ((50, 30, 20), 30, 14.05, 44.20),
        ((19, 8, 9), 27.78, -0.44, 51.72),
        ((0, 5, 0), 0, -30.01, 30.01),
    ],
)
def test_nps_has_the_printed_interval(counts: tuple[int, int, int], point: float, low: float, high: float) -> None:
    told = score(*counts)
    assert [told.point, told.low, told.high] == pytest.approx([point, low, high], abs=0.005)


def test_nps_counts_seven_and_eight_as_passive() -> None:
    told = nps(on(0, 10, *range(11)))
    assert told is not None
    assert (told.promoters, told.passives, told.detractors) == (2, 2, 7)
    assert nps({}) is None


@pytest.mark.parametrize(("n", "too_few"), [(29, True), (30, False)])
def test_below_thirty_it_is_too_few_for_a_trend(n: int, too_few: bool) -> None:
    assert score(n, 0, 0).is_too_few_for_a_trend is too_few


@given(COUNTS, COUNTS, COUNTS)
def test_nps_lies_on_its_scale_and_mirrors_when_all_turn(promoters: int, passives: int, detractors: int) -> None:
    assume(promoters + passives + detractors)
    told, turned = score(promoters, passives, detractors), score(detractors, passives, promoters)
    assert -100 <= told.low <= told.high <= 100
    assert [turned.point, turned.low, turned.high] == pytest.approx([-told.point, -told.high, -told.low])


def test_the_printed_change_between_waves_is_not_significant() -> None:
    change = nps_change(score(50, 30, 20), score(60, 25, 15))
    assert change.difference == pytest.approx(15)
    assert change.p_value == pytest.approx(0.170, abs=0.0005)
    assert change.sentences == {
        "zh": "+15.0 点：不显著 (p = .170)",
        "en": "+15.0 points: not significant (p = .170)",
    }


def test_ten_times_as_many_answers_make_it_significant() -> None:
    assert (
        nps_change(score(500, 300, 200), score(600, 250, 150)).sentences["en"] == "+15.0 points: significant (p < .001)"
    )


def test_no_change_of_a_few_is_called_significant() -> None:
    change = nps_change(score(0, 0, 29), score(29, 0, 0))
    assert (change.is_significant, change.sentences["en"]) == (False, "+200.0 points: too few for a trend (n = 29)")


@given(st.tuples(COUNTS, COUNTS, COUNTS), st.tuples(COUNTS, COUNTS, COUNTS))
def test_a_change_backwards_is_the_same_with_the_other_sign(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    assume(sum(one) and sum(other))
    there, back = nps_change(score(*one), score(*other)), nps_change(score(*other), score(*one))
    assert [there.difference, there.p_value] == pytest.approx([-back.difference, back.p_value])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        # statsmodels 0.15, proportion_confint(method="wilson")
        (0, 10, 0.0, 0.27753279986288926),
        (10, 10, 0.7224672001371106, 1.0),
        (1, 1, 0.2065493143772374, 1.0),
        (263, 1000, 0.23665685979107837, 0.2911570237310747),
        (45, 60, 0.6276792992295218, 0.8422347746994333),
    ],
)
def test_a_share_has_wilsons_interval(k: int, n: int, low: float, high: float) -> None:
    told = Share(k=k, n=n)
    assert [told.low, told.high] == pytest.approx([low, high], abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_within_its_interval_and_the_interval_within_0_and_1(pair: tuple[int, int]) -> None:
    told = Share(k=pair[0], n=pair[1])
    assert -1e-12 <= told.low <= told.value <= told.high <= 1 + 1e-12


def test_two_shares_are_compared_as_statsmodels_does() -> None:
    change = share_change(Share(k=30, n=60), Share(k=45, n=60))
    assert [change.z, change.p_value] == pytest.approx([2.82842712474619, 0.004677734981047266])
    assert change.difference == pytest.approx(25)


@pytest.mark.parametrize("k", [0, 40])
def test_shares_without_variation_are_not_tested(k: int) -> None:
    change = share_change(Share(k=k, n=40), Share(k=k, n=40))
    assert (change.p_value, change.is_significant) == (None, False)
    assert change.sentences["en"] == "+0.0 points: not to be tested, all answers are alike"


@pytest.mark.parametrize(
    ("p_value", "told"),
    [(0.17, "p = .170"), (0.0004, "p < .001"), (0.001, "p = .001"), (1.0, "p = 1.000"), (0.0503, "p = .050")],
)
def test_p_is_told_as_papers_print_it(p_value: float, told: str) -> None:
    assert tell_p(p_value) == told


def test_csat_is_the_share_of_four_and_five_with_the_mean_beside_it() -> None:
    told = csat(on(1, 5, 1, 3, 4, 4, 4, 4, 5, 5, 5, 5))
    assert told is not None
    assert (told.satisfied.k, told.satisfied.n) == (8, 10)
    assert told.mean.value == pytest.approx(4)
    assert csat({}) is None


def test_ces_is_the_mean_and_the_share_of_five_to_seven() -> None:
    told = ces(on(1, 7, 2, 5, 6, 7, 7, 3))
    assert told is not None
    # statsmodels, DescrStatsW(...).tconfint_mean(): 7.2013 is clamped to the scale
    assert [told.mean.value, told.mean.low, told.mean.high] == pytest.approx([5, 2.7986852305839736, 7])
    assert (told.easy.k, told.easy.n) == (4, 6)
    assert ces({}) is None


@pytest.mark.parametrize("value", [5, 6, 7])
def test_the_border_of_an_easy_answer_is_exact(value: int) -> None:
    told = ces(on(1, 7, value))
    assert told is not None
    assert told.easy.k == 1


@given(DISTRIBUTIONS)
def test_a_mean_lies_within_its_interval_on_its_scale(answers: dict[float, int]) -> None:
    told = mean_on_scale(answers, 1, 7)
    assert told is not None
    assert told.n == count(answers)
    assert told.value == pytest.approx(1 + 6 * mean(answers))
    if told.low is not None and told.high is not None:
        assert 1 <= told.low <= told.value + 1e-9
        assert told.value - 1e-9 <= told.high <= 7


def test_one_answer_has_no_interval() -> None:
    told = mean_on_scale({0.5: 1}, 1, 5)
    assert told is not None
    assert (told.value, told.low, told.high) == (3, None, None)


@pytest.mark.parametrize(
    ("p_values", "corrected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # statsmodels, multipletests(method="holm")
        ([0.2, 0.01, 0.04], [0.2, 0.03, 0.08]),
        ([0.9, 0.8], [1.0, 1.0]),
        ([], []),
    ],
)
def test_several_differences_are_corrected_by_holm(p_values: list[float], corrected: list[float]) -> None:
    assert holm(p_values) == pytest.approx(corrected)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_never_lowers_a_p(p_values: list[float]) -> None:
    corrected = holm(p_values)
    pairs = sorted(zip(p_values, corrected, strict=True))
    assert all(raw <= told <= 1 for raw, told in pairs)
    assert [told for _, told in pairs] == sorted(corrected)


def test_the_response_rate_is_of_delivered_asks() -> None:
    rate = response_rate(Asks(wanted=70, sent=60, answered=45, answered_undelivered=3))
    assert rate is not None
    assert (rate.k, rate.n) == (45, 60)
    assert response_rate(Asks(wanted=3)) is None


def test_coverage_tells_who_answered_who_was_silent_and_who_was_never_asked() -> None:
    told = Covered(group="brand", customers=200, asked=60, answered=45, silent=15)
    share_ = coverage(told)
    assert share_ is not None
    assert [share_.value, share_.low, share_.high] == pytest.approx([0.225, 0.1726, 0.2877], abs=5e-5)
    assert told.never_asked == 140
    assert coverage(Covered(group=None, customers=0, asked=0, answered=0, silent=0)) is None


def test_a_rank_correlation_is_scipys_and_has_an_interval() -> None:
    pairs = [(float(x), float((x * 7) % 40)) for x in range(40)]
    told = rank_correlation(pairs)
    assert told is not None
    ranks = sum((x - y) ** 2 for x, y in pairs)
    assert told.r == pytest.approx(1 - 6 * ranks / (40 * (40**2 - 1)))
    assert told.low < told.r < told.high
    perfect = rank_correlation([(float(x), float(x)) for x in range(40)])
    assert perfect is not None
    assert perfect.r == pytest.approx(1)
    assert math.isfinite(perfect.high)


def test_without_enough_pairs_or_without_variation_nothing_is_correlated() -> None:
    assert rank_correlation([(float(x), float(x)) for x in range(29)]) is None
    assert rank_correlation([(1.0, float(x)) for x in range(40)]) is None


def test_the_expectation_gap_is_experienced_less_expected() -> None:
    told = expectation_gap({(0.75, 0.5): 1, (1.0, 0.5): 1, (0.75, 0.75): 1})
    assert told is not None
    assert [told.expected, told.experienced, told.gap.value] == pytest.approx([13 / 3, 10 / 3, -1])
    assert [told.gap.low, told.gap.high] == pytest.approx([-1 - 2.484138, -1 + 2.484138])  # t .975 of 2 df: 4.302653
    assert not told.is_proven
    assert expectation_gap({}) is None


def test_a_gap_is_proven_when_its_interval_leaves_zero_out() -> None:
    told = expectation_gap({(1.0, 0.5): 20, (1.0, 0.25): 20})
    assert told is not None
    assert told.is_proven


def test_pain_is_volume_times_mean_shortfall_worst_first() -> None:
    points = pain_points({"support": {1.0: 10}, "delivery": {0.25: 80, 0.0: 20}, "app": {}})
    assert [(point.touchpoint, point.volume) for point in points] == [("delivery", 100), ("support", 10)]
    assert [point.pain for point in points] == pytest.approx([20, 10])


@pytest.mark.parametrize(
    ("experienced", "expected", "short"), [(0.25, 1.0, 0.75), (0.5, 0.75, 0.25), (0.75, 0.5, 0.0), (1.0, 1.0, 0.0)]
)
def test_more_than_expected_is_no_shortfall(experienced: float, expected: float, short: float) -> None:
    assert shortfall(experienced, expected) == short


def test_nothing_has_no_share() -> None:
    assert share(0, 0) is None
