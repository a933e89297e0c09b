"""Which answers open a case?"""

from datetime import UTC, datetime, timedelta

import pytest

from common.contracts.interactions import Rating
from feedback.domain.case import Cause
from feedback.domain.case_policy import CasePolicy
from feedback.domain.case_signal import (
    CaseSignal,
    ComplaintResolution,
    answer_signal,
    is_bad,
    is_too_old,
    matter,
    resolves,
)

POLICY = CasePolicy()
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "low", "high", "last_bad", "first_good"),
    [
        ("nps", 0, 10, 6, 7),
        ("csat", 1, 5, 2, 3),
        ("ces", 1, 7, 2, 3),
        ("stars", 1, 5, 2, 3),
        ("nps", 0, 100, 60, 61),
        ("nps", 0, 5, 3, 4),
        ("nps", 1, 11, 7, 8),
        ("csat", 0, 10, 2, 3),
        ("csat", 1, 7, 2, 3),
        ("csat", 0, 1, 0.25, 0.26),
        ("ces", 1, 5, 2, 3),
        ("stars", 0, 100, 25, 26),
    ],
)
def test_an_answer_is_bad_up_to_its_share_of_the_scale(
    kind: str, low: float, high: float, last_bad: float, first_good: float
) -> None:
    assert is_bad(Rating(kind=kind, value=last_bad, min=low, max=high), POLICY)
    assert not is_bad(Rating(kind=kind, value=first_good, min=low, max=high), POLICY)


def test_an_expectation_is_never_a_complaint() -> None:
    assert not is_bad(Rating(kind="expectation", value=1, min=1, max=5), POLICY)


@pytest.mark.parametrize(("seconds", "old"), [(-1, False), (0, False), (1, True)])
def test_a_signal_of_seven_days_is_still_heard(seconds: int, old: bool) -> None:
    assert is_too_old(NOW - timedelta(days=7, seconds=seconds), NOW, POLICY) is old


@pytest.mark.parametrize(
    ("touchpoint", "order_id", "ticket_id", "expected"),
    [
        ("delivery", "1", "2", "touchpoint:delivery"),
        (None, "1", "2", "order:1"),
        (None, None, "2", "ticket:2"),
        (None, None, None, None),
    ],
)
def test_a_case_is_about_the_touchpoint_else_the_order_or_ticket(
    touchpoint: str | None, order_id: str | None, ticket_id: str | None, expected: str | None
) -> None:
    assert matter(touchpoint=touchpoint, order_id=order_id, ticket_id=ticket_id) == expected


@pytest.mark.parametrize(("kind", "cause"), [("nps", Cause.NPS), ("csat", Cause.CSAT), ("ces", Cause.CES)])
def test_a_bad_answer_is_a_signal_of_its_kind(kind: str, cause: Cause) -> None:
    signal = answered(kind, 0.1)
    assert signal is not None
    assert (signal.source, signal.id, signal.cause) == ("guanxi.feedback", "ans_7", cause)
    assert answered(kind, 0.9) is None


def test_an_answer_of_another_kind_opens_nothing() -> None:
    assert answered("expectation", 0) is None


def answered(kind: str, value: float) -> CaseSignal | None:
    return answer_signal(
        answer_id="ans_7",
        customer="c-1",
        rating=Rating(kind=kind, value=value, min=0, max=1),
        touchpoint="delivery",
        answered_at=NOW,
        policy=POLICY,
    )


def complaint(id_: str | None, *, minute: int = 0, order_id: str | None = None) -> CaseSignal:
    at = NOW + timedelta(minutes=minute)
    return CaseSignal(
        source="s", id="1", customer="c", at=at, cause=Cause.COMPLAINT, complaint_id=id_, order_id=order_id
    )


def resolution(id_: str | None, *, about: str | None = None) -> ComplaintResolution:
    return ComplaintResolution(source="s", id="2", customer="c", at=NOW, complaint_id=id_, about=about)


@pytest.mark.parametrize(
    ("made", "told", "expected"),
    [
        (complaint("k1"), resolution("k1"), True),
        (complaint("k1"), resolution("k2"), False),
        (complaint("k1", minute=1), resolution("k1"), False),
        (complaint("k1", order_id="7"), resolution(None), True),
        (complaint("k1", order_id="7"), resolution(None, about="order:7"), True),
        (complaint("k1", order_id="7"), resolution(None, about="order:8"), False),
        (complaint(None, order_id="7"), resolution("k1", about="order:7"), True),
    ],
)
def test_a_resolution_ends_its_complaint(made: CaseSignal, told: ComplaintResolution, expected: bool) -> None:
    assert resolves(told, made) is expected
