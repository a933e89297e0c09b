"""Do the base reports' figures hold at their boundaries, and say in a sentence what the data say?"""

from datetime import date

import numpy as np
import pytest
from tests.unit.scoring.build import POLICY, SETTING, event, on, order, refund

from scoring.domain.card import score
from scoring.domain.decay import Ints
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.flow import moves, summary
from scoring.domain.reports.lifecycle_matrix import cells, lifecycle, suggested
from scoring.domain.reports.pareto import pareto
from scoring.domain.reports.recency_histogram import bins, histogram, risks, warned
from scoring.domain.reports.report_sentences import (
    of_flow,
    of_lifecycle,
    of_pareto,
    of_recency,
    of_retention,
    of_shares,
)
from scoring.domain.reports.retention import again_next_month, buyers, cohorts
from scoring.domain.rfm import days_idle, money_in_window
from scoring.domain.state.arrays import Arrays, pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import Interaction, replay

RULES = Rules.of(POLICY)


def packed(*customers: list[Interaction]) -> Arrays:
    return pack_states([replay(events, POLICY, SETTING) for events in customers])


def money(*minor: int) -> Ints:
    return np.array(minor, dtype=np.int64)


@pytest.mark.parametrize(
    ("minor", "top_share", "of_80_percent", "gini"),
    [
        ((10, 20, 30, 40, 100), 0.5, 3, 0.4),
        ((100, 100, 100, 100, 100), 0.2, 4, 0.0),
        ((1, 1, 1, 1, 16), 0.8, 1, 0.6),
        ((1, 1, 1, 2, 15), 0.75, 2, 0.58),
        ((5, 5, 5, 5, 5, 75), 0.8, 2, 0.5833333333),  # of six, a fifth are two
        ((7,), 1.0, 1, 0.0),
    ],
)
def test_the_top_fifth_the_80_percent_and_gini_are_exact(
    minor: tuple[int, ...], top_share: float, of_80_percent: int, gini: float
) -> None:
    found = pareto(money(*minor, 0, -500), 200)
    assert found.customers == len(minor), "who brought nothing is in no share"
    assert found.top_share == pytest.approx(top_share)
    assert found.customers_of_80_percent == of_80_percent
    assert found.gini == pytest.approx(gini)
    assert found.lorenz[0] == (0.0, 0.0)
    assert found.lorenz[-1] == (1.0, 1.0)


@pytest.mark.parametrize(("cut_off", "accounts", "share"), [(40, 2, 0.7), (41, 1, 0.5), (101, 0, 0.0)])
def test_the_frozen_cut_off_takes_in_who_stands_exactly_at_it(cut_off: int, accounts: int, share: float) -> None:
    found = pareto(money(10, 20, 30, 40, 100), cut_off)
    assert found.key_accounts == accounts
    assert found.key_account_share == pytest.approx(share)


def test_without_anybody_who_paid_there_is_no_share() -> None:
    found = pareto(money(0, -3), 200)
    assert (found.customers, found.top_share, found.gini, found.lorenz) == (0, None, None, [])
    assert of_pareto(found).en == "Nobody has bought yet."


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        ((10, 20, 30, 40, 100), "50.0% of the money of 12 months, flatter than 80/20; 80% of it comes from 60.0%"),
        ((1, 1, 1, 1, 16), "80.0% of the money of 12 months, close to 80/20; 80% of it comes from 20.0%"),
        ((1, 1, 1, 1, 96), "96.0% of the money of 12 months, steeper than 80/20; 80% of it comes from 20.0%"),
    ],
)
def test_the_data_decide_whether_80_20_is_said(minor: tuple[int, ...], words: str) -> None:
    assert words in of_pareto(pareto(money(*minor), 1)).en


def test_the_lifecycle_matrix_adds_up_and_names_playbooks() -> None:
    arrays = packed([order(0), order(3)], [order(5, 700)], [event("page.viewed", 9)])
    columns = score(arrays, on(10), POLICY, POLICY.fixed)
    found = cells(lifecycle(columns.stage, columns.segment, columns.monetary_minor))
    assert len(found) == len(STAGES) * len(SEGMENTS)
    told = {(cell.stage, cell.segment): (cell.customers, cell.monetary_minor) for cell in found if cell.customers}
    assert sum(customers for customers, _ in told.values()) == 3
    assert sum(minor for _, minor in told.values()) == 20_700
    assert told["trust_building", "active"] == (1, 20_000)
    assert of_lifecycle(found).en.startswith("The largest group (66.7% of 3 customers) stands in ")
    assert suggested("loyalty", "churned") == ("win_back_high_value",)
    assert suggested("initial_contact", "high_value")[0] == "key_account_care"


def test_the_largest_group_is_called_so_however_small_its_share() -> None:
    told = of_shares("segment", [("active", 40, 1_000), ("churned", 35, 500), ("high_value", 25, 3_500)])
    assert told.en == (
        "By segment, the largest group is active (40.0% of 100 customers); the most money of 12 months (70.0%) comes "
        "from high value."
    )
    assert told.zh == "按客户细分看，100 位客户中人数最多的（40.0%）是活跃；近 12 个月金额最多的（70.0%）来自高价值。"


def test_moves_are_counted_by_where_they_begin_and_end() -> None:
    before, after = np.array([0, 1, 2, 3, 1, 0]), np.array([0, 2, 1, 0, 1, 3])
    known = np.array([True, True, True, True, True, False])
    table = moves(
        before, after, known_before=known, known_after=known | True, monetary_minor=money(1, 2, 4, 8, 16, 32), places=4
    )
    found = summary(table)
    assert (found.known_before, found.arrivals, found.rises, found.falls, found.stayed) == (5, 1, 1, 2, 2)
    assert (found.falls_minor, found.falls_share) == (12, 0.4)
    assert table[1].sum() == 63
    assert "2 (40.0%) fell" in of_flow("tier", found, is_alarm=True).en
    assert of_flow("tier", found, is_alarm=True).zh.endswith("已超过警戒线。")


def test_who_was_unknown_on_both_days_moves_nowhere() -> None:
    nobody = np.array([False])
    table = moves(
        np.array([0]), np.array([0]), known_before=nobody, known_after=nobody, monetary_minor=money(9), places=4
    )
    assert (int(table.sum()), summary(table).falls_share) == (0, 0.0)


def test_silence_alone_makes_a_customer_fall_after_the_guard() -> None:
    arrays = packed([order(0, 100)])
    places = [int(score(arrays, on(day), POLICY, POLICY.fixed).tier[0]) for day in (180, 209, 210)]
    assert [TIERS[place] for place in places] == ["brand", "brand", "distant"]


def test_cohorts_are_months_of_the_first_purchase_and_count_each_month_once() -> None:
    arrays = packed(
        [order(2, 100), order(19, 200), order(63, 400)],  # 3 and 20 January, 5 March
        [order(19, 1_000)],  # 20 January
        [order(30, 10), order(31, 20)],  # 31 January, 1 February
        [order(40, 7)],  # 10 February
        [event("page.viewed", 1)],
    )
    found = buyers(arrays, day_number(on(64)), months=3)
    january, february = cohorts(found, day_number(on(64)))
    assert (january.month, january.customers, january.again) == ("2026-01", 3, [1, 1])
    assert (january.monetary_minor, february.monetary_minor) == (1_730, 7)
    assert (february.month, february.customers, february.again) == ("2026-02", 1, [0])
    assert (found.buyers, found.repeaters) == (4, 2)
    assert again_next_month(found) == pytest.approx(1 / 3), "January's customers alone have had a whole next month"
    assert of_retention(found).en.startswith("50.0% of 4 buyers have bought on more than one day; 33.3% did so")


def test_cohorts_before_the_window_are_left_out_but_their_buyers_count() -> None:
    arrays = packed([order(0), order(64)], [order(63)])
    found = buyers(arrays, day_number(on(64)), months=2)
    assert [one.month for one in cohorts(found, day_number(on(64)))] == ["2026-03"]
    assert (found.buyers, found.repeaters) == (2, 1)


def test_a_refunded_first_order_moves_its_customer_to_the_next_month() -> None:
    arrays = packed([order(0, 100, "a"), order(40, 50, "b"), refund(45, 100, "a")])
    months = [
        [one.month for one in cohorts(buyers(arrays, day_number(on(day)), 3), day_number(on(day)))] for day in (44, 45)
    ]
    assert months == [["2026-01"], ["2026-02"]]


def test_parts_of_a_base_add_up_to_the_whole() -> None:
    customers = [[order(at), order(2 * at + 9)] for at in range(40)]
    day = day_number(on(95))
    whole = buyers(packed(*customers), day, 4)
    parts = buyers(packed(*customers[:13]), day, 4) + buyers(packed(*customers[13:]), day, 4)
    assert (whole.table == parts.table).all()
    assert (whole.money == parts.money).all()
    assert (whole.buyers, whole.repeaters) == (parts.buyers, parts.repeaters)


@pytest.mark.parametrize(
    ("idle", "from_days", "to_days"),
    [
        (0, 0, 6),
        (6, 0, 6),
        (7, 7, 14),
        (14, 7, 14),
        (15, 15, 29),
        (179, 120, 179),
        (180, 180, 269),
        (365, 365, 729),
        (730, 730, None),
        (4_000, 730, None),
    ],
)
def test_each_day_falls_into_its_bin(idle: int, from_days: int, to_days: int | None) -> None:
    found = [one for one in bins(histogram(money(idle), money(5), np.array([0.25]))) if one.customers]
    assert [(one.from_days, one.to_days, one.monetary_minor, one.mean_churn_risk) for one in found] == [
        (from_days, to_days, 5, 0.25)
    ]


def test_a_key_account_whose_risk_rose_enough_is_warned_of_and_nobody_else() -> None:
    silent = [order(day, 100_000) for day in range(4)]
    arrays = packed(silent, [*silent, order(102, 10)], [order(day, 100) for day in range(4)])
    now, before, comparable = risks(arrays, day_number(on(103)), RULES)
    columns = score(arrays, on(103), POLICY, POLICY.fixed)
    assert (now == columns.churn_risk).all()
    assert (before == score(arrays, on(73), POLICY, POLICY.fixed).churn_risk).all()
    assert warned(now, before, comparable, columns.key_account, RULES).tolist() == [0]


@pytest.mark.parametrize(
    ("before", "now", "is_warned"),
    [(0.4, 0.5, True), (0.4, 0.499999, False), (0.3, 0.4, True), (0.299999, 0.399999, False)],
)
def test_a_rise_is_enough_from_the_policys_limit_on_unless_the_risk_is_low(
    before: float, now: float, is_warned: bool
) -> None:
    yes = np.array([True])
    assert (len(warned(np.array([now]), np.array([before]), yes, yes, RULES)) == 1) == is_warned


def test_recency_says_how_many_are_silent() -> None:
    found = bins(histogram(money(3, 200), money(100, 300), np.array([0.1, 0.9])))
    assert of_recency(found, 1).en == (
        "50.0% of 2 buyers have not bought for 180 days or more (75.0% of the money of 12 months); "
        "churn risk is rising for 1 key account."
    )


def test_one_is_told_in_the_singular_and_nobody_in_the_plural() -> None:
    assert of_shares("tier", [("brand", 1, 5)]).en.startswith(
        "By tier, the largest group is brand (100.0% of 1 customer);"
    )
    found = bins(histogram(money(3), money(100), np.array([0.1])))
    assert of_recency(found, 0).en.startswith("0.0% of 1 buyer has not bought for 180 days or more")
    assert of_recency(found, 0).en.endswith("rising for 0 key accounts.")


def test_idle_days_and_money_alone_equal_the_card() -> None:
    arrays = packed(
        [order(0, 100, "a"), order(3, 500, "b"), refund(9, 500, "b")], [event("page.viewed", 1)], [order(20)]
    )
    for day in (2, 3, 8, 9, 19, 20, 364, 365, 368, 400):
        columns = score(arrays, on(day), POLICY, POLICY.fixed)
        idle = days_idle(arrays, day_number(on(day)))
        assert (idle[columns.bought] == columns.recency_days[columns.bought]).all()
        assert (idle[~columns.bought] == -1).all()
        assert (money_in_window(arrays, day_number(on(day)), 365) == columns.monetary_minor).all()


def test_a_month_ends_with_its_last_day() -> None:
    arrays = packed([order(0)], [order(31)])
    assert date(2026, 1, 31) == on(30)
    assert len(cohorts(buyers(arrays, day_number(on(30)), 2), day_number(on(30)))) == 1
    assert len(cohorts(buyers(arrays, day_number(on(31)), 2), day_number(on(31)))) == 2
