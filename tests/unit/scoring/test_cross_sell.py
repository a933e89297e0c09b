"""Which categories draw a customer, and what else do buyers of the same buy?"""

from datetime import date
from typing import Any

import pytest
from tests.unit.scoring.build import event, on, order
from tests.unit.scoring.portraits import RULES, items, past_of

from scoring.domain.portrait.category_affinity import CategoryAffinity, category_affinity
from scoring.domain.portrait.co_purchase import CoPurchases, bought_categories
from scoring.domain.portrait.cross_sell import CrossSell, Pair, cross_sell
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.replay import Interaction

RULE = RULES.cross_sell
REFUSAL = {"purpose": "profiling", "channel": "*"}


def pair(one: str = "cups", other: str = "tea", both: int = 16, of_one: int = 20, of_other: int = 40) -> Pair:
    return Pair(
        one=one,
        other=other,
        customers=both,
        one_customers=of_one,
        other_customers=of_other,
        base_customers=100,
        as_of=date(2026, 1, 1),
    )


def told(*events: Interaction, day: int = 0, pairs: list[Pair] | None = None) -> CrossSell | Unknown:
    return cross_sell(past_of(*events, day=day), [pair()] if pairs is None else pairs, RULE, refused=False)


def test_ten_views_draw_as_much_as_one_order() -> None:
    views = [event("product.viewed", 0, properties={"category": "coffee"}) for _ in range(10)]
    found = category_affinity(past_of(order(0, items=items("tea")), *views), RULES.category_affinity)
    assert isinstance(found, CategoryAffinity)
    assert [(one.category, one.share, one.orders, one.views) for one in found.categories] == [
        ("coffee", 0.5, 0, 10),
        ("tea", 0.5, 1, 0),
    ]
    assert found.categories[0].last_bought_on is None
    assert found.categories[1].last_bought_on == on(0)


def test_a_candidate_says_from_which_category_it_comes_and_how_strongly() -> None:
    found = told(order(0, items=items("tea"), id_="o1"))
    assert isinstance(found, CrossSell)
    one = found.candidates[0]
    assert (one.category, one.because, one.lift, one.support, one.customers) == ("cups", "tea", 2.0, 0.16, 16)
    assert one.events == ("shop/o1",)


@pytest.mark.parametrize(("day", "offered"), [(179, 0), (180, 1)])
def test_what_was_bought_of_late_is_not_offered(day: int, offered: int) -> None:
    found = told(order(0, items=items("cups")), order(day, items=items("tea")), day=day)
    assert isinstance(found, CrossSell)
    assert [one.category for one in found.candidates] == ["cups"] * offered


@pytest.mark.parametrize(
    ("both", "offered"), [(4, False), (5, False), (9, False), (10, True)], ids=["rare", "weak", "below", "at"]
)
def test_only_frequent_and_strong_pairs_count(both: int, offered: bool) -> None:
    found = told(order(0, items=items("tea")), pairs=[pair(both=both, of_one=20, of_other=40 if both > 5 else 100)])
    assert isinstance(found, CrossSell)
    assert bool(found.candidates) is offered


def test_nothing_is_offered_to_who_refuses_profiling() -> None:
    past = past_of(order(0, items=items("tea")))
    assert cross_sell(past, [pair()], RULE, refused=True) is Unknown.REFUSED


def test_without_a_count_over_the_base_nothing_is_known() -> None:
    assert told(order(0, items=items("tea")), pairs=[]) is Unknown.NO_BASE


@pytest.mark.parametrize(
    ("events", "day", "why"),
    [
        ([], 0, Unknown.NO_PURCHASE),
        ([order(0)], 0, Unknown.NO_EVENTS),  # bought, and no item tells its category
        ([order(0)], 364, Unknown.NO_EVENTS),
        ([order(0, items=items("tea"))], 365, Unknown.TOO_FEW),  # too long ago
    ],
)
def test_a_customer_who_bought_is_not_said_to_have_bought_nothing(
    events: list[Interaction], day: int, why: Unknown
) -> None:
    assert told(*events, day=day) is why


def test_the_base_counts_each_customer_once_a_category_and_pair() -> None:
    counts = CoPurchases()
    counts.add([["cups", "tea"], ["tea"], [], ["cups", "tea"]])
    again = CoPurchases(counts.kept())  # as after a step
    again.add([["coffee", "tea"]])
    assert again.buyers == 4
    found = again.pairs(date(2026, 1, 1), categories_at_most=2)
    assert [(one.one, one.other, one.customers, one.one_customers, one.other_customers) for one in found] == [
        ("cups", "tea", 2, 2, 4)
    ]
    assert len(again.pairs(date(2026, 1, 1), categories_at_most=3)) == 2


def test_a_category_that_is_no_text_is_passed_over() -> None:
    odd: list[Any] = [1, None, {"category": ["tea"]}, {"category": {}}, {"category": "cups"}]
    assert bought_categories(past_of(order(0, items=odd), day=0), RULE) == ["cups"]


def test_only_live_orders_of_the_window_and_of_the_willing_are_counted() -> None:
    tea = order(0, items=items("tea"), order_id="1")
    assert bought_categories(past_of(tea, day=364), RULE) == ["tea"]
    assert bought_categories(past_of(tea, day=365), RULE) == []
    assert bought_categories(past_of(tea, event("order.cancelled", 1, order_id="1"), day=1), RULE) == []
    assert bought_categories(past_of(tea, event("consent.withdrawn", 1, consent=REFUSAL), day=1), RULE) == []
