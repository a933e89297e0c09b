"""Which event meets a goal, and which comes too early or too late?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engagement.domain.goal import OpenGoal, Sign, met_goals, money_of, window

DECIDED = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FROM, UNTIL = window(DECIDED, timedelta(days=30))
GOAL = OpenGoal(occasion_id=9, customer="ann", event="order.completed", from_at=FROM, until_at=UNTIL)


def sign(
    at: datetime, *, customer: str = "ann", type_: str = "order.completed", amount_minor: int | None = None
) -> Sign:
    return Sign(customer=customer, type=type_, at=at, amount_minor=amount_minor)


@pytest.mark.parametrize(
    ("at", "met"),
    [
        (DECIDED - SECOND, False),
        (DECIDED, False),
        (DECIDED + SECOND, True),
        (UNTIL - SECOND, True),
        (UNTIL, True),
        (UNTIL + SECOND, False),
    ],
)
def test_an_event_counts_after_the_decision_until_the_end_of_the_window(at: datetime, met: bool) -> None:
    assert bool(met_goals([GOAL], [sign(at)])) is met


def test_the_first_event_of_the_window_meets_the_goal() -> None:
    early = sign(DECIDED - SECOND, amount_minor=1)
    first, second = sign(DECIDED + SECOND, amount_minor=2), sign(DECIDED + 2 * SECOND, amount_minor=3)
    assert met_goals([GOAL], [second, early, first]) == {9: first}


def test_events_of_others_and_of_other_types_do_not_count() -> None:
    at = DECIDED + SECOND
    assert met_goals([GOAL], [sign(at, customer="bob"), sign(at, type_="visit.made")]) == {}


@pytest.mark.parametrize(
    ("data", "money"),
    [
        ({"amount_minor": 100, "currency": "CNY"}, (100, "CNY")),
        ({"amount_minor": 100}, (None, None)),
        ({"currency": "CNY"}, (None, None)),
        ({"amount_minor": "100", "currency": "CNY"}, (None, None)),
    ],
)
def test_money_has_an_amount_and_a_currency(data: dict[str, Any], money: tuple[int | None, str | None]) -> None:
    assert money_of(data) == money
