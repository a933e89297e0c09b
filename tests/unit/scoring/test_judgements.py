"""Trust, stage, lifetime value, key account and the care formula: worked examples and their boundaries."""

import pytest
from tests.unit.scoring.build import card_of, columns_of, event, nps, order, rating

from scoring.domain.care_formula import value_percentile
from scoring.domain.changes import changes, published
from scoring.domain.state.replay import Interaction


def closed(day: int, *, within: bool = True, kept: bool = True) -> Interaction:
    return event(
        "case.closed", day, source="guanxi.feedback", resolution="resolved", within_clock=within, promise_kept=kept
    )


@pytest.mark.parametrize(
    ("story", "trust"),
    [
        ([], 50.0),
        ([event("promise.broken", 0)], 31.25),
        ([event("promise.kept", 0)], 58.333333),
        ([event("complaint.made", 0)], 31.25),
        ([event("complaint.made", 0), closed(0)], 38.888889),
        ([event("promise.kept", -180)], 54.545455),
    ],
)
def test_trust_rises_slowly_and_falls_fast(story: list[Interaction], trust: float) -> None:
    assert card_of(story, day=0)["scores"]["trust"] == trust


@pytest.mark.parametrize(
    ("story", "day", "stage"),
    [
        ([], 0, "initial_contact"),
        ([order(0)], 0, "initial_contact"),
        ([order(0), event("message.received", 1, personal=True)], 1, "initial_contact"),
        ([order(0), event("message.received", 1, personal=True), event("meeting.held", 1)], 1, "trust_building"),
        ([order(0), order(30)], 29, "initial_contact"),
        ([order(0), order(30)], 30, "trust_building"),
        ([order(0), order(30), order(60), order(80)], 89, "trust_building"),
        ([order(0), order(30), order(60), order(80)], 90, "loyalty"),
        ([order(0), order(30), order(60), order(80), event("complaint.made", 85)], 90, "trust_building"),
        ([order(0), order(30), order(60), order(80), event("complaint.made", 85), closed(85)], 90, "loyalty"),
        ([order(day) for day in (0, 100, 200, 300)], 364, "loyalty"),
        ([order(day) for day in (0, 100, 200, 300)], 365, "long_term"),
        ([order(day) for day in (0, 20, 40, 60)], 424, "loyalty"),  # idle 364
        ([order(day) for day in (0, 20, 40, 60)], 454, "loyalty"),  # lost for 30 days: still shown
        ([order(day) for day in (0, 20, 40, 60)], 455, "trust_building"),
    ],
)
def test_a_stage_is_reached_on_its_day_and_held_by_its_guard(story: list[Interaction], day: int, stage: str) -> None:
    assert card_of(story, day=day)["stage"] == stage


def test_one_order_today_has_the_value_of_the_formula() -> None:
    assert card_of([order(0, 10000)], day=0)["clv_minor"] == round(0.5 / 60 * 365 * 10000 * 0.3 / 1.1**0.5) == 8700


@pytest.mark.parametrize(("amount", "key"), [(199999, False), (200000, True)])
def test_a_key_account_reaches_the_cut_off(amount: int, key: bool) -> None:
    assert card_of([order(0, amount)], day=0)["key_account"] is key


@pytest.mark.parametrize(
    ("money", "percentile"),
    [(-5, 0), (0, 0), (12500, 10), (25000, 20), (50000, 40), (75000, 50), (200000, 80), (400000, 90)],
)
def test_value_is_linear_between_the_cuts(money: int, percentile: float) -> None:
    columns = columns_of([order(0)], day=0)
    found = value_percentile(columns.monetary_minor * 0 + money, (25000, 50000, 100000, 200000))
    assert found[0] == pytest.approx(percentile)


def test_of_equal_cuts_the_upper_rank_counts() -> None:
    columns = columns_of([order(0)], day=0)
    assert value_percentile(columns.monetary_minor * 0 + 25000, (25000, 25000, 50000, 100000))[0] == 40


def test_care_of_one_order_is_loyalty_and_value() -> None:
    care = card_of([order(0, 10000)], day=0)["care"]
    assert (care["cl"], care["cv"], care["coverage"]) == (36.754447, 8.0, 0.45)
    assert care["health"] == pytest.approx((0.25 * 36.754447 + 0.20 * 8) / 0.45, abs=1e-6)
    assert care["priority"] == pytest.approx(8 * (100 - care["health"]) / 100, abs=1e-6)
    assert (care["cs"], care["ce"], care["cf"]) == (None, None, None)


def test_answers_feed_satisfaction_and_cases_feed_feedback() -> None:
    csat = event("survey.answered", 0, source="guanxi.feedback", **rating("csat", 5))
    card = card_of([csat, closed(0), event("case.overdue", 0, source="guanxi.feedback")], day=0)
    assert card["care"]["cs"] == 80.0  # (1 x .6 + 1)/(1 + 1)
    assert card["care"]["cf"] == 50.0  # (.5 + 1)/(1 + 2)
    assert card["care"]["health"] is None
    assert card["unknown"]["care.health"] == "no_purchase"
    assert card["care"]["coverage"] == pytest.approx(0.55)  # CS, CE and CF


def test_a_detractor_is_called_first_even_without_a_purchase() -> None:
    card = card_of([nps(0, 3)], day=0)
    assert card["severe"] is True
    assert card["care"]["priority"] == 50.0
    assert "care.priority" not in card["unknown"]


def test_a_closed_case_ends_the_trouble_and_mends_trust() -> None:
    upset = card_of([order(0), event("complaint.made", 1)], day=2)
    mended = card_of([order(0), event("complaint.made", 1), closed(2)], day=2)
    assert (upset["severe"], mended["severe"]) == (True, False)
    assert mended["scores"]["trust"] > upset["scores"]["trust"]
    assert mended["care"]["cf"] > 50.0


def test_a_row_published_by_an_older_version_keeps_its_dimensions() -> None:
    now = published(columns_of([order(0)], day=0))[0]
    older = (1).to_bytes(4, "little") + now[4:28] + bytes(64)
    assert changes(older, now) == []
