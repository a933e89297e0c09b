"""Is nobody asked too soon or too often? The day before, the day, the day after of every limit."""

from datetime import date, timedelta

import pytest

from feedback.domain.survey import ThrottleClass
from feedback.domain.throttle import PastAsk, Throttle, Throttled, judge_ask

TODAY = date(2026, 11, 24)
OLD = TODAY - timedelta(days=400)
RELATIONSHIP, TRANSACTION = ThrottleClass.RELATIONSHIP, ThrottleClass.TRANSACTION


def judge(kind: ThrottleClass, *past: tuple[int, bool], first_contact_on: date | None = OLD) -> Throttled | None:
    asks = [PastAsk(on=TODAY - timedelta(days=days), is_relationship=relationship) for days, relationship in past]
    return judge_ask(Throttle(), kind, today=TODAY, first_contact_on=first_contact_on, past=asks)


@pytest.mark.parametrize("kind", list(ThrottleClass))
@pytest.mark.parametrize(("days", "expected"), [(20, Throttled.TOO_NEW), (21, None), (22, None)])
def test_nobody_is_asked_in_the_first_21_days(kind: ThrottleClass, days: int, expected: Throttled | None) -> None:
    assert judge(kind, first_contact_on=TODAY - timedelta(days=days)) == expected


def test_nobody_is_asked_whom_nobody_met() -> None:
    assert judge(TRANSACTION, first_contact_on=None) is Throttled.TOO_NEW


@pytest.mark.parametrize(
    ("kind", "past", "expected"),
    [
        (RELATIONSHIP, [(89, True)], Throttled.RELATIONSHIP_90D),
        (RELATIONSHIP, [(90, True)], None),
        (RELATIONSHIP, [(91, True)], None),
        (RELATIONSHIP, [(13, False)], Throttled.ANY_14D),
        (RELATIONSHIP, [(14, False)], None),
        (RELATIONSHIP, [(15, False)], None),
        (RELATIONSHIP, [(95, True), (13, False)], Throttled.ANY_14D),
        (RELATIONSHIP, [(0, False)], Throttled.ANY_14D),
        (TRANSACTION, [(29, False)], Throttled.ANY_30D),
        (TRANSACTION, [(30, False)], None),
        (TRANSACTION, [(31, False)], None),
        (TRANSACTION, [(29, True)], Throttled.ANY_30D),
        (TRANSACTION, [(45, True), (30, False)], None),
        (TRANSACTION, [], None),
    ],
)
def test_limits_between_asks(kind: ThrottleClass, past: list[tuple[int, bool]], expected: Throttled | None) -> None:
    assert judge(kind, *past) == expected
