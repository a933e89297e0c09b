"""What does each type of event add to its day?"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.scoring.build import POLICY, ZONE, rating

from scoring.domain.state.currency import Money
from scoring.domain.state.days import day_number
from scoring.domain.state.effects import Cancel, EventMalformed, Order, Refund, Tally, effects
from scoring.domain.state.kinds import KINDS

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # 12:00 in Shanghai
CNY = Money(base_currency="CNY")


def found(type_: str, source: str = "shop", **data: Any) -> list[tuple[str, int]]:
    tallies = effects(type_, data, NOON, source, "e-1", POLICY, ZONE, CNY)
    return [(KINDS[each.kind], each.q_milli) for each in tallies if isinstance(each, Tally)]


SERVICE = "guanxi.feedback"
TABLE: list[tuple[str, dict[str, Any], list[str]]] = [
    ("page.viewed", {}, ["visit"]),
    ("product.viewed", {}, ["visit"]),
    ("search.made", {}, ["visit"]),
    ("app.opened", {}, ["visit"]),
    ("message.opened", {}, ["open"]),
    ("message.clicked", {}, ["click"]),
    ("content.shared", {}, ["share"]),
    ("content.posted", {}, ["ugc"]),
    ("suggestion.made", {}, ["ugc"]),
    ("event.attended", {}, ["event_attend"]),
    ("cocreation.joined", {}, ["event_attend"]),
    ("event.registered", {}, ["event_register"]),
    ("community.joined", {}, ["community"]),
    ("community.posted", {}, ["community_post"]),
    ("account.followed", {}, ["follow"]),
    ("visit.made", {}, ["store_visit"]),
    ("visit.made", {"staff_id": "s-1"}, ["store_visit", "staff_visit"]),
    ("cart.updated", {}, ["cart"]),
    ("checkout.started", {}, ["cart"]),
    ("coupon.redeemed", {}, ["coupon"]),
    ("charity.joined", {}, ["brand"]),
    ("story.engaged", {}, ["brand"]),
    ("message.received", {"personal": True}, ["inbound_msg"]),
    ("message.received", {"personal": False}, ["inbound_auto"]),
    ("call.received", {}, ["inbound_auto"]),
    ("message.sent", {"personal": True}, ["outbound_msg"]),
    ("message.sent", {}, ["outbound_mass"]),
    ("message.sent", {"personal": 1}, ["outbound_mass"]),
    ("call.made", {"personal": True, "answered": True}, ["outbound_msg", "advisor_call"]),
    ("call.made", {"personal": True, "answered": False}, ["outbound_msg"]),
    ("call.made", {"answered": True}, ["outbound_mass"]),
    ("meeting.held", {}, ["meeting"]),
    ("return_visit.done", {}, ["meeting"]),
    ("order.delivered", {}, ["delivered_ontime"]),
    ("order.delivered", {"promised_at": "2026-11-20T04:00:00Z"}, ["delivered_ontime", "promise_kept"]),
    ("order.delivered", {"promised_at": "2026-11-20T11:59:59+08:00"}, ["delivered_late", "promise_broken"]),
    ("ticket.resolved", {"sla_breached": False}, ["ticket_in_sla"]),
    ("ticket.resolved", {}, ["ticket_in_sla"]),
    ("ticket.resolved", {"sla_breached": True}, ["ticket_breached"]),
    ("complaint.made", {}, ["complaint", "promise_broken"]),
    ("complaint.resolved", {}, ["promise_kept", "resolved"]),
    ("return.completed", {"reason": "quality"}, ["return_quality"]),
    ("return.completed", {"reason": "size"}, ["other"]),
    ("payment.failed", {}, ["payment_failed"]),
    ("referral.made", {}, ["referral"]),
    ("referral.converted", {}, ["other"]),
    ("promise.kept", {}, ["promise_kept"]),
    ("promise.broken", {}, ["promise_broken"]),
    ("somebodys.own_type", {}, ["other"]),
    ("survey.answered", {}, ["other"]),
    ("survey.answered", rating("expectation", 3), ["other"]),
    ("survey.answered", rating("csat", 6), ["other"]),
    ("case.closed", {"within_clock": True, "promise_kept": True, "resolution": "resolved"}, ["other"]),
    ("care.sent", {"personal": True}, ["other"]),
]


@pytest.mark.parametrize(("type_", "data", "kinds"), TABLE)
def test_an_event_from_a_producer_counts_as_its_kinds(type_: str, data: dict[str, Any], kinds: list[str]) -> None:
    assert sorted(kind for kind, _ in found(type_, **data)) == sorted(kinds)


def test_our_own_services_may_speak_of_cases_and_care() -> None:
    closed = {"within_clock": True, "promise_kept": True, "resolution": "resolved"}
    kinds = [kind for kind, _ in found("case.closed", SERVICE, **closed)]
    assert sorted(kinds) == ["feedback_closed", "promise_kept", "resolved"]
    assert found("case.closed", SERVICE, within_clock=False, promise_kept=False, resolution="cannot_resolve") == [
        ("other", 0)
    ]
    assert found("case.overdue", SERVICE) == [("feedback_missed", 0)]
    assert found("case.overdue", SERVICE, first_verdict=True) == [("feedback_missed", 0)]
    assert found("case.overdue", SERVICE, first_verdict=False) == [("other", 0)]
    assert "feedback_closed" in [kind for kind, _ in found("case.closed", SERVICE, **closed, first_verdict=True)]
    assert "feedback_closed" not in [kind for kind, _ in found("case.closed", SERVICE, **closed, first_verdict=False)]
    assert found("care.sent", "guanxi.engagement", personal=True) == [("outbound_msg", 0)]
    assert found("care.sent", "guanxi.engagement") == [("outbound_mass", 0)]


@pytest.mark.parametrize(
    ("type_", "answer", "kinds"),
    [
        ("survey.answered", rating("nps", 6, 10, 0), [("nps", 600), ("detractor", 0)]),
        ("survey.answered", rating("nps", 7, 10, 0), [("nps", 700)]),
        ("survey.answered", rating("csat", 2), [("csat", 250), ("detractor", 0)]),
        ("survey.answered", rating("csat", 3), [("csat", 500)]),
        ("review.posted", rating("ces", 1, 7), [("ces", 0), ("detractor", 0)]),
        ("review.posted", rating("csat", 5), [("csat", 1000)]),
        ("review.posted", rating("stars", 2), [("review", 250), ("detractor", 0)]),
        ("review.posted", rating("stars", 3), [("review", 500)]),
        ("survey.answered", rating("csat", 1, 80, 0), [("csat", 12), ("detractor", 0)]),  # 12.5: half to even
    ],
)
def test_an_answer_carries_its_quality_and_a_bad_one_is_a_detractor(
    type_: str, answer: dict[str, Any], kinds: list[tuple[str, int]]
) -> None:
    assert found(type_, **answer) == kinds


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-11-20T15:59:59Z", "2026-11-20"),
        ("2026-11-20T16:00:00Z", "2026-11-21"),
        ("2026-11-20T16:00:00+08:00", "2026-11-20"),
    ],
)
def test_the_day_is_the_local_day_of_the_zone(utc: str, day: str) -> None:
    (tally,) = effects("page.viewed", {}, datetime.fromisoformat(utc), "shop", "e", POLICY, ZONE, CNY)
    assert tally.day == day_number(datetime.fromisoformat(day).date())


def test_money_types_become_order_rows() -> None:
    day, micros = day_number(NOON.date()), int(NOON.timestamp()) * 1_000_000
    paid = {"amount_minor": 500, "currency": "CNY"}
    assert effects("order.completed", {**paid, "order_id": "7"}, NOON, "shop", "e", POLICY, ZONE, CNY) == [
        Order(micros, "shop", "e", "order:7", day, 500, 500, "CNY")
    ]
    assert effects("order.completed", paid, NOON, "shop", "e", POLICY, ZONE, CNY)[0] == Order(
        micros, "shop", "e", "event:shop:e", day, 500, 500, "CNY"
    )
    assert effects(
        "order.refunded", {**paid, "order_id": "7", "refund_id": "r"}, NOON, "shop", "e", POLICY, ZONE, CNY
    ) == [Refund(micros, "shop", "e", "order:7", "refund:r", day, 500, 500, "CNY")]
    assert effects("order.cancelled", {"order_id": "7"}, NOON, "shop", "e", POLICY, ZONE, CNY) == [
        Cancel("order:7", day)
    ]


def test_another_currency_pays_nothing_without_a_rate_and_converts_with_one() -> None:
    data = {"amount_minor": 1001, "currency": "EUR", "order_id": "7"}
    (unrated,) = effects("order.completed", data, NOON, "shop", "e", POLICY, ZONE, CNY)
    rated = Money(base_currency="CNY", rates={"EUR": [(0, Fraction(7)), (day_number(NOON.date()), Fraction(785, 100))]})
    (order,) = effects("order.completed", data, NOON, "shop", "e", POLICY, ZONE, rated)
    assert isinstance(unrated, Order)
    assert isinstance(order, Order)
    assert (unrated.paid_minor, unrated.amount_minor) == (0, 1001)
    assert order.paid_minor == 7858  # 7857.85


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("order.completed", {"currency": "CNY"}),
        ("order.completed", {"amount_minor": -1, "currency": "CNY"}),
        ("order.completed", {"amount_minor": 1.5, "currency": "CNY"}),
        ("order.completed", {"amount_minor": True, "currency": "CNY"}),
        ("order.refunded", {"amount_minor": 0, "currency": "CNY"}),
        ("order.delivered", {"promised_at": "tomorrow"}),
        ("order.delivered", {"promised_at": "2026-11-20T12:00:00"}),
    ],
)
def test_an_event_without_the_facts_of_its_type_is_refused(type_: str, data: dict[str, Any]) -> None:
    with pytest.raises(EventMalformed):
        effects(type_, data, NOON, "shop", "e", POLICY, ZONE, CNY)
