"""Do the scores give the page's worked figures, at their limits too?"""

import pytest
from tests.unit.scoring.build import card_of, event, nps, order, rating, refund

from scoring.domain.state.replay import Interaction

Story = list[Interaction]


def score(name: str, events: Story, day: int) -> float | None:
    value: float | None = card_of(events, day=day)["scores"][name]
    return value


def close(value: float) -> object:
    return pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("events", "day", "expected"),
    [
        ([], 0, None),
        ([event("order.delivered", 0, promised_at="2025-12-31T00:00:00+08:00")], 0, 46.666667),
        ([event("order.delivered", 0)], 0, 80.0),
        ([event("complaint.made", 0)], 0, 28.0),
        ([event("ticket.resolved", 0, sla_breached=True)], 0, 35.0),
        ([event("ticket.resolved", 0)], 0, 73.333333),
        ([event("survey.answered", 0, **rating("csat", 5))], 0, 85.0),
        (
            [event("survey.answered", 0, **rating("csat", 4)), event("survey.answered", 0, **rating("csat", 2))],
            0,
            56.666667,
        ),
        # W of one delivery is 2^(-age/90): a quarter at age 180, below it the day after.
        ([event("order.delivered", 0)], 180, 100 * (1.4 + 0.25) / 2.25),
        ([event("order.delivered", 0)], 181, None),
    ],
)
def test_experience_is_a_shrunk_mean_that_is_unknown_on_thin_evidence(
    events: Story, day: int, expected: float | None
) -> None:
    assert score("experience", events, day) == (None if expected is None else close(expected))


@pytest.mark.parametrize(
    ("events", "day", "expected"),
    [
        ([nps(0, 9)], 0, 76.666667),
        ([event("review.posted", 0, **rating("stars", 5))], 0, 75.0),
        ([event("referral.made", 0)], 0, 83.333333),
        ([event("referral.made", 0)], 360, 100 * (0.5 + 0.5) / 1.5),
        ([event("referral.made", 0)], 361, None),
    ],
)
def test_evaluation_is_a_shrunk_mean_of_what_is_said(events: Story, day: int, expected: float | None) -> None:
    assert score("evaluation", events, day) == (None if expected is None else close(expected))


def points(total: float) -> float:
    return float(100 * (1 - 2 ** (-total / 10)))


@pytest.mark.parametrize(
    ("types", "total"),
    [
        (["page.viewed", "product.viewed", "search.made", "app.opened"], 1),
        (["message.opened"] * 9, 0),
        (["message.clicked"] * 2, 4),
        (["message.clicked"] * 4, 6),
        (["event.attended"], 8),
        (["content.posted", "suggestion.made", "content.posted"], 10),
        (["content.shared"] * 3, 8),
        (["message.received", "call.received"] * 2, 9),
        (["meeting.held", "return_visit.done"], 3),
        (["message.sent", "call.made"], 0),
        (["cart.updated", "checkout.started", "cart.updated"], 2),
    ],
)
def test_engagement_counts_capped_points_of_a_day(types: list[str], total: float) -> None:
    assert score("engagement", [event(type_, 0) for type_ in types], 0) == close(points(total))


def test_engagement_halves_its_points_in_thirty_days() -> None:
    assert score("engagement", [event("event.attended", 0)], 30) == close(points(4))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([order(0, 50000)], 100 * (0.5 * (1 - 2**-0.5) + 0.25)),
        ([order(0, 25000), order(0, 25000)], 100 * (0.5 * (1 - 2**-0.5) + 0.25)),  # one purchase day
        ([order(0, 0)], 0),
        ([order(0, 50000, "1"), refund(0, 50000, "1")], 0),
        ([order(0, 50000, "1"), refund(0, 20000, "1")], 100 * (0.5 * (1 - 2**-0.5) + 0.5 * (1 - 2 ** (-30 / 50)))),
        ([order(0, 50000), refund(0, 60000)], 100 * 0.5 * (1 - 2**-0.5)),  # more waiting refunds than money: no money
    ],
)
def test_exchange_weighs_purchase_days_and_net_money(events: Story, expected: float) -> None:
    assert score("exchange", events, 0) == close(expected)


def test_evolution_is_steady_on_the_first_day_and_leans_with_the_pace() -> None:
    assert score("evolution", [order(0)], 0) == close(50)
    growing = score("evolution", [order(0), *(order(day) for day in (350, 355, 360))], 360)
    fading = score("evolution", [*(order(day) for day in (0, 5, 10)), order(20)], 360)
    assert growing is not None
    assert fading is not None
    assert growing > 60 > 50 > fading
    assert score("evolution", [event("message.opened", 0), event("message.sent", 0)], 0) is None


@pytest.mark.parametrize(
    ("events", "strength", "coverage"),
    [
        ([], None, 0.5),
        ([event("message.sent", 0)], None, 0.5),
        ([event("event.attended", 0)], (0.25 * points(8) + 0.15 * 50) / 0.65, 0.65),
        # A complaint is below the mean of so engaged a customer: it enters with its full weight.
        (
            [*(event("event.attended", day) for day in range(4)), event("complaint.made", 3)],
            "falls",
            0.85,
        ),
        # 73.3 would raise the mean: its .2 counts (73.333333 - 70)/10.
        ([event("ticket.resolved", 0)], (0.2 * (10 / 30) * (220 / 3)) / (0.5 + 0.2 * 10 / 30), 0.7),
    ],
)
def test_strength_is_the_weighted_mean_of_what_is_known(
    events: Story, strength: float | str | None, coverage: float
) -> None:
    card = card_of(events, day=3 if len(events) > 2 else 0)["scores"]
    assert card["coverage"] == close(coverage)
    if strength == "falls":
        calm = card_of(events[:-1], day=3)["scores"]["strength"]
        assert card["strength"] < calm
    else:
        assert card["strength"] == (None if strength is None else close(float(strength)))


@pytest.mark.parametrize(
    ("events", "day", "expected"),
    [
        ([event("message.received", 0, personal=True)] * 3 + [event("meeting.held", 0)], 0, 2.0),
        ([event("visit.made", 0, staff_id="s"), event("visit.made", 0)], 0, 1.0),
        ([event("call.made", 0, personal=True, answered=True)], 0, 0.25),
        ([event("call.made", 0, personal=True)], 0, 0.0),
        ([event("meeting.held", 0)], 180, 0.5),
    ],
)
def test_personal_contact_counts_a_kind_once_a_day(events: Story, day: int, expected: float) -> None:
    assert score("personal_contact", events, day) == close(expected)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("message.received", 0, personal=True)], None),
        ([event("message.sent", 0)], None),
        ([event("message.sent", 0, personal=True)], 0.0),
        ([event("message.sent", 0, personal=True), event("message.received", 0, personal=True)], 2 / 3),
        ([event("message.sent", 0, personal=True), event("meeting.held", 0)], 2 * 1 / (1 + 2 + 1)),
    ],
)
def test_reciprocity_needs_both_sides(events: Story, expected: float | None) -> None:
    assert score("reciprocity", events, 0) == (None if expected is None else close(expected))


@pytest.mark.parametrize(
    ("events", "day", "risk", "band"),
    [
        ([], 0, None, None),
        ([order(0)], 0, (60 / 150) ** 0.5, "medium"),
        ([order(0), order(0)], 0, (60 / 150) ** 0.5, "medium"),
        # Idle for longer than the decayed exposure can grow: E is the idle days.
        ([order(0)], 365, (425 / 515) ** 0.5, "high"),
        ([order(0), refund(5, 10000)], 0, (60 / 150) ** 0.5, "medium"),
    ],
)
def test_churn_risk_follows_the_formula(events: Story, day: int, risk: float | None, band: str | None) -> None:
    card = card_of(events, day=day)
    assert card["churn_risk"] == (None if risk is None else close(risk))
    assert card["churn_band"] == band


def test_a_churn_band_rises_only_after_its_guard() -> None:
    events = [order(day) for day in (0, 10, 20)]
    risky = next(day for day in range(20, 400) if card_of(events, day=day)["churn_risk"] >= 0.4)
    bands = [card_of(events, day=risky + more)["churn_band"] for more in (-1, 0, 13, 14)]
    assert bands == ["low", "low", "low", "medium"]


def test_refunds_are_invisible_before_their_day_and_on_the_purchase_day_after() -> None:
    events = [order(0, 30000, "1"), refund(40, 30000, "1")]
    assert card_of(events, day=39)["rfm"]["monetary_minor"] == 30000
    assert card_of(events, day=40)["rfm"]["monetary_minor"] == 0
    assert card_of(events, day=40)["status"] is None
    partly = [order(0, 30000, "1"), refund(40, 10000, "1")]
    assert card_of(partly, day=364)["rfm"]["monetary_minor"] == 20000
    assert card_of(partly, day=365)["rfm"]["monetary_minor"] == 0  # valued on the purchase day, which left the window


def test_a_refund_of_an_unknown_order_waits_on_its_own_day_and_rebooks() -> None:
    waiting = [order(0, 30000, "1"), refund(10, 5000, "2")]
    assert card_of(waiting, day=370)["rfm"]["monetary_minor"] == -5000
    assert card_of([*waiting, order(5, 20000, "2")], day=370)["rfm"]["monetary_minor"] == 0
    assert card_of([*waiting, order(20, 20000, "2")], day=15)["rfm"]["monetary_minor"] == 25000
    assert card_of([*waiting, order(20, 20000, "2")], day=20)["rfm"]["monetary_minor"] == 45000


def test_one_order_told_by_two_sources_is_one_order_defined_by_the_earlier() -> None:
    told = [order(3, 9000, "1", source="sdk"), order(2, 7000, "1", source="shop")]
    card = card_of(told, day=5)["rfm"]
    assert (card["frequency"], card["monetary_minor"], card["recency_days"]) == (1, 7000, 3)


def test_one_refund_told_twice_by_its_id_is_one_refund() -> None:
    told = [order(0, 9000, "1"), refund(1, 2000, "1", refund_id="r"), refund(1, 2000, "1", refund_id="r")]
    assert card_of(told, day=5)["rfm"]["monetary_minor"] == 7000
    assert card_of([*told, refund(1, 2000, "1")], day=5)["rfm"]["monetary_minor"] == 5000
