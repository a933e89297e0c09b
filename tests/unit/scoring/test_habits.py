"""When, where, what and how often does a customer usually buy?"""

from datetime import timedelta

import pytest
from tests.unit.scoring.build import DAY_0, on, order, refund
from tests.unit.scoring.portraits import RULES, items, past_of

from scoring.domain.portrait.habits import Habits, habits
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.replay import Interaction

RULE = RULES.habits


def told(*events: Interaction, day: int = 0) -> Habits:
    found = habits(past_of(*events, day=day), RULE)
    assert isinstance(found, Habits)
    return found


def test_nobody_who_never_bought_has_buying_habits() -> None:
    assert habits(past_of(), RULE) is Unknown.NO_PURCHASE
    assert habits(past_of(order(0, order_id="1"), refund(0, 10_000, "1")), RULE) is Unknown.NO_PURCHASE


def test_two_orders_are_too_few_for_a_habit_and_three_are_enough() -> None:
    two = told(order(0, channel="web"), order(5, channel="web"), day=5)
    assert (two.weekday, two.hour, two.channel, two.category, two.interval) == (None, None, None, None, None)
    three = told(*(order(day, channel="web") for day in (0, 5, 10)), day=10)
    assert three.channel is not None
    assert (three.channel.value, three.channel.share, three.channel.n) == ("web", 1.0, 3)


def test_the_usual_weekday_is_the_one_with_the_largest_share() -> None:
    assert DAY_0.strftime("%A") == "Thursday"
    found = told(order(0), order(7), order(14), order(15), day=15)
    assert found.weekday is not None
    assert (found.weekday.value, found.weekday.n) == ("thursday", 3)
    assert found.weekday.share == pytest.approx(0.744, abs=0.01)


@pytest.mark.parametrize(
    ("hours", "usual", "n"),
    [
        ((18, 19, 20, 9), 19, 3),  # neighbours count together
        ((23.5, 0.5, 1, 12), 0, 3),  # round midnight
        ((9, 9, 15, 15), 9, 2),  # of equals the earlier hour
    ],
)
def test_the_usual_hour_counts_its_neighbours(hours: tuple[float, ...], usual: int, n: int) -> None:
    found = told(*(order(0, hour=hour) for hour in hours))
    assert found.hour is not None
    assert (found.hour.value, found.hour.n) == (usual, n)


def test_an_order_of_two_categories_counts_half_for_each() -> None:
    found = told(order(0, items=items("tea", "cups")), order(0, items=items("tea")), order(0, items=items("tea")))
    assert found.category is not None
    assert (found.category.value, found.category.share, found.category.n) == ("tea", 0.833333, 3)


def test_the_rhythm_is_the_median_of_the_gaps_between_purchase_days() -> None:
    found = told(order(0), order(10), order(10), order(30), day=30)
    assert found.interval is not None
    assert (found.interval.days, found.interval.n) == (15.0, 2)
    assert (found.interval.shorter, found.interval.longer) == (10, 20)
    assert found.interval.next_expected_on == on(30) + timedelta(days=15)
    assert found.interval.overdue_days == 0


@pytest.mark.parametrize(("day", "overdue"), [(44, 0), (45, 0), (46, 1)])
def test_a_purchase_is_overdue_the_day_after_it_was_expected(day: int, overdue: int) -> None:
    found = told(order(0), order(10), order(30), day=day)
    assert found.interval is not None
    assert found.interval.overdue_days == overdue


def test_each_habit_names_its_newest_orders() -> None:
    found = told(*(order(day, id_=f"o{day}", channel="app") for day in range(0, 50, 10)), day=50)
    assert found.channel is not None
    assert found.channel.events == ("shop/o40", "shop/o30", "shop/o20")
