"""Where does it hurt, what was expected, how hard was it, does it fit, and how long did the customer wait?"""

from dataclasses import replace

import pytest
from tests.unit.scoring.build import ZONE, at, event, nps, order, rating
from tests.unit.scoring.portraits import RULES, items, past_of

from scoring.domain.portrait.effort import Effort, effort
from scoring.domain.portrait.expectation_gap import ExpectationGap, expectation_gap
from scoring.domain.portrait.experience_parts import ExperienceParts, experience_parts
from scoring.domain.portrait.fit import Fit, fit
from scoring.domain.portrait.pain import Pain, pain
from scoring.domain.portrait.preferences import Preferences, preferences
from scoring.domain.portrait.reply_latency import ReplyLatency, reply_latency
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.replay import Interaction


def hurt(*events: Interaction, day: int = 0) -> dict[str, tuple[float, int, int]]:
    found = pain(past_of(*events, day=day), RULES.pain)
    assert isinstance(found, Pain)
    return {one.touchpoint: (one.pain, one.volume, one.n) for one in found.touchpoints}


def test_pain_is_told_a_touchpoint_and_fades() -> None:
    complaint = event("complaint.made", 0, touchpoint="delivery")
    assert hurt(complaint) == {"delivery": (50.0, 1, 1)}
    assert hurt(complaint, day=90)["delivery"][0] == pytest.approx(100 * (1 - 2**-0.5), abs=1e-6)


@pytest.mark.parametrize(
    ("type_", "touchpoint"),
    [
        ("payment.failed", "payment"),
        ("cart.abandoned", "checkout"),
        ("return.completed", "returns"),
        ("complaint.made", "after_sales"),
    ],
)
def test_what_names_no_touchpoint_hurts_where_the_policy_says(type_: str, touchpoint: str) -> None:
    found = hurt(event(type_, 0))
    assert list(found) == [touchpoint]
    assert found[touchpoint][0] > 0


def test_a_touchpoint_that_went_well_has_no_pain_and_a_score() -> None:
    found = pain(past_of(event("survey.answered", 0, touchpoint="delivery", **rating("csat", 5))), RULES.pain)
    assert isinstance(found, Pain)
    assert [(one.touchpoint, one.pain, one.score) for one in found.touchpoints] == [("delivery", 0.0, 100.0)]


def answers(expected: int, experienced: int | None) -> list[dict[str, object]]:
    told = [("expected", expected), ("experienced", experienced)]
    scale = {"kind": "expectation", "min": 1, "max": 5}
    return [{"question": name, "value": value, **scale} for name, value in told if value is not None]


def gap(*events: Interaction, day: int = 0) -> ExpectationGap:
    found = expectation_gap(past_of(*events, day=day), RULES.expectation_gap, ZONE)
    assert isinstance(found, ExpectationGap)
    return found


@pytest.mark.parametrize(("promised", "days", "late"), [(3, 2, 1.0), (5, 0, 0.0), (7, -2, 0.0)])
def test_a_delivery_is_so_many_days_late_or_early(promised: int, days: int, late: float) -> None:
    found = gap(event("order.delivered", 5, promised_at=at(promised).isoformat()), day=5).delivery
    assert found is not None
    assert (found.mean_days, found.worst_days, found.late_share, found.n) == (days, days, late, 1)


def test_experience_is_compared_with_expectation_within_one_survey() -> None:
    asked = event("survey.answered", 0, touchpoint="delivery", answers=answers(4, 2), **rating("csat", 3))
    assert [(one.touchpoint, one.mean_gap) for one in gap(asked).answers] == [("delivery", -0.5)]
    main = event("survey.answered", 0, answers=answers(1, None), **rating("csat", 5))
    assert [(one.touchpoint, one.mean_gap) for one in gap(main).answers] == [("relationship", 1.0)]


def test_without_promise_or_question_there_is_no_gap() -> None:
    nothing = past_of(event("order.delivered", 0), event("survey.answered", 0, **rating("csat", 3)))
    assert expectation_gap(nothing, RULES.expectation_gap, ZONE) is Unknown.NO_EVENTS


@pytest.mark.parametrize("promised", ["soon", 7, "2026-01-03", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_instant_of_our_time_is_no_promise(promised: object) -> None:
    # Producers cannot send these; a service or a preview might.
    deed = event("somebodys.own_type", 0)
    past = past_of(Interaction(type=deed.type, data={}, time=deed.time, source="shop", id="1"))
    late = past.deeds[0]._replace(type="order.delivered", data={"promised_at": promised})
    told = replace(past, by_type={"order.delivered": (late,)})
    assert expectation_gap(told, RULES.expectation_gap, ZONE) is Unknown.NO_EVENTS


def test_experience_has_four_sides() -> None:
    identified = {"question": "identification", "kind": "scale", "value": 5, "min": 1, "max": 5}
    found = experience_parts(
        past_of(
            event("review.posted", 0, **rating("stars", 5)),
            event("ticket.resolved", 0, sla_breached=True),
            event("charity.joined", 0),
            event("survey.answered", 0, answers=[identified], **rating("nps", 10, 10, 0)),
            event("complaint.made", 0),
        ),
        RULES.experience_parts,
    )
    assert isinstance(found, ExperienceParts)
    assert found.product is not None
    assert (found.product.score, found.product.n) == (85.0, 1)
    assert found.service is not None
    assert found.service.score == pytest.approx(100 * 0.7 / 6)
    assert found.brand is not None
    assert found.brand.score == pytest.approx(100 * (0.7 + 5) / 6)
    assert found.emotion is not None
    assert found.emotion.score == pytest.approx(100 * (0.7 + 1) / 4)


def test_thin_evidence_leaves_a_side_unknown() -> None:
    review = event("review.posted", 0, **rating("stars", 5))
    for day, known in ((0, True), (360, True), (361, False)):
        found = experience_parts(past_of(review, day=day), RULES.experience_parts)
        assert isinstance(found, ExperienceParts) is known


def test_effort_is_what_the_customer_says_and_pays_beside_the_price() -> None:
    found = effort(
        past_of(
            event("survey.answered", 0, **rating("ces", 6, 7)),
            order(0, properties={"shipping_minor": 600}),
            order(0),
            event("return.completed", 0, reason="quality", properties={"return_cost_minor": 300}),
        ),
        RULES.effort,
    )
    assert isinstance(found, Effort)
    assert (found.effort, found.answers, found.needless_steps) == (16.666667, 1, 1)
    assert (found.delivery_minor_per_order, found.return_minor_per_order) == (300.0, 150.0)
    assert effort(past_of(event("page.viewed", 0)), RULES.effort) is Unknown.NO_EVENTS


def test_fit_falls_with_returns_and_rises_with_repeats_and_needs_met() -> None:
    bought = [order(0, items=items("tea")), order(5, items=items("cups"))]
    returned = event("return.completed", 6)
    found = fit(past_of(*bought, returned, day=10), RULES.fit, ())
    assert isinstance(found, Fit)
    assert (found.score, found.return_rate, found.needs_met) == (39.644661, 0.5, None)
    wish = event("preference.stated", 0, preference={"key": "category", "value": ["tea", "coffee"]})
    past = past_of(*bought, returned, wish, day=10)
    likes = preferences(past, RULES.preferences, refused=True)
    assert isinstance(likes, Preferences)
    met = fit(past, RULES.fit, likes.facts)
    assert isinstance(met, Fit)
    assert (met.needs_met, met.needs) == (0.5, 2)
    assert fit(past_of(returned, day=10), RULES.fit, ()) is Unknown.NO_PURCHASE


def waited(*events: Interaction, day: int = 1) -> ReplyLatency:
    found = reply_latency(past_of(*events, day=day), RULES.reply_latency)
    assert isinstance(found, ReplyLatency)
    return found


def wrote(day: int, hour: float) -> Interaction:
    return event("message.received", day, hour=hour, personal=True)


def test_a_turn_lasts_from_the_first_message_to_our_next_answer() -> None:
    answer = event("message.sent", 0, hour=16, personal=True)
    found = waited(wrote(0, 10), wrote(0, 11), answer, wrote(0, 20))
    assert (found.median_hours, found.in_time_share, found.n) == (6.0, 1.0, 1)
    assert found.waiting_since == at(0, 20)
    assert (found.inbound, found.outbound, found.inbound_outbound_ratio) == (3, 1, 3.0)


@pytest.mark.parametrize(("hours", "share"), [(24, 1.0), (24.5, 0.0)])
def test_an_answer_is_in_time_within_a_day(hours: float, share: float) -> None:
    found = waited(wrote(0, 10), event("message.sent", 0, hour=10 + hours, personal=True), day=2)
    assert found.in_time_share == share


def test_mass_messages_and_missed_calls_answer_nobody() -> None:
    missed = event("call.made", 0, hour=12, personal=True, answered=False)
    found = waited(wrote(0, 10), event("message.sent", 0, hour=11), missed)
    assert (found.median_hours, found.n) == (None, 0)
    assert found.waiting_since == at(0, 10)


def test_who_never_wrote_and_was_never_written_to_has_no_latency() -> None:
    assert reply_latency(past_of(nps(0, 9)), RULES.reply_latency) is Unknown.NO_EVENTS
