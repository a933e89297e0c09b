"""Does each shipped playbook act on its day, and neither the day before nor the day after it may?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.arbiter import SHANGHAI, rules, standing

from common.events import Event
from engagement.domain.arbiter import Decision, decide
from engagement.domain.birthday import told_birthday
from engagement.domain.calendar import CalendarPolicy, CustomerDates
from engagement.domain.noticing import notice, watch
from engagement.domain.occasion import Occasion
from engagement.domain.once_per import Earlier
from engagement.domain.planned_occasions import planned_occasions
from engagement.domain.playbook import Playbook, Purpose
from engagement.domain.playbook_reading import read_playbook
from engagement.domain.reasons import Answer, Reason
from engagement.domain.shown import Shown

SHIPPED = Path(__file__).parents[3] / "policies" / "playbooks"
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Friday noon in Shanghai."""

DAY = timedelta(days=1)
SEND, SKIP, DEFER = Answer.SEND, Answer.SKIP, Answer.DEFER


def shipped(name: str) -> Playbook:
    """As it ships, nobody held out."""
    return replace(read_playbook((SHIPPED / f"{name}.yaml").read_text(), name, version=1), holdout=0.0)


def event(type_: str, *, source: str = "guanxi.test", **data: Any) -> Event:
    return Event(id="e", source=source, type=type_, subject="ann", time=AT, data=data)


def noticed(playbook: Playbook, told: Event, *, health_before: float | None = None) -> list[Occasion]:
    found = notice(watch([playbook]), told, zone=SHANGHAI, health_before=health_before)
    return [replace(one, id=at) for at, one in enumerate(found, start=1)]


def changed(dimension: str, before: str, after: str, *, health: float | None = None, cause: str = "event") -> Event:
    changes = [{"dimension": dimension, "from": before, "to": after}]
    card = {"care": {"health": health}}
    return event("relationship.changed", cause=cause, as_of="2026-11-20", changes=changes, card=card)


def say(playbook: Playbook, occasion: Occasion, *, after: timedelta = timedelta(), **customer: Any) -> Decision:
    """The answer so long after the occasion was due."""
    return decide(occasion, playbook, standing(**customer), rules(), occasion.due_at + after)


def earlier(playbook: Playbook, days: int) -> Mapping[int, Earlier]:
    """The same was done so many days before."""
    one = Earlier(occasion=90, playbook=playbook.name, step=0, key="before", at=AT - days * DAY, answer=SEND)
    return {90: one}


def shown(**card: Any) -> Shown:
    return Shown(card=card)


VALIDITY = [
    ("thanks_first_order", event("order.completed"), {"first_heard": {"order.completed": AT}}, 2 * DAY),
    ("delivery_check", event("order.delivered"), {}, 2 * DAY),
    ("complaint_recovery", event("case.opened", case_id="case_3"), {"open_case": True}, 14 * DAY),
    ("promoter_thanks", event("survey.answered", rating={"kind": "nps", "value": 9, "min": 0, "max": 10}), {}, 3 * DAY),
    ("survey_invitation", event("survey.invitation_wanted", request_id="r"), {}, 2 * DAY),
    ("key_account_care", changed("churn_band", "low", "medium"), {"shown": shown(key_account=True)}, 14 * DAY),
    ("win_back_high_value", changed("status", "active", "lost"), {"shown": shown(segment="high_value")}, 7 * DAY),
]


@pytest.mark.parametrize(("name", "told", "customer", "valid_for"), VALIDITY, ids=[row[0] for row in VALIDITY])
def test_it_acts_until_its_validity_is_over(
    name: str, told: Event, customer: dict[str, Any], valid_for: timedelta
) -> None:
    playbook = shipped(name)
    first, *_ = noticed(playbook, told)
    assert say(playbook, first, **customer).answer is SEND
    assert say(playbook, first, after=valid_for, **customer).answer is SEND
    over = say(playbook, first, after=valid_for + timedelta(seconds=1), **customer)
    assert (over.answer, over.reason) == (SKIP, Reason.EXPIRED)


ORDERED = event("order.completed", order_id="o-1")


@pytest.mark.parametrize(
    ("first_order_at", "reason"),
    [(AT - DAY, Reason.NOT_FOR), (AT - timedelta(seconds=1), Reason.NOT_FOR), (AT, None), (AT + DAY, None)],
)
def test_only_the_first_order_is_thanked_for_and_that_is_asked_when_it_is_decided(
    first_order_at: datetime, reason: Reason | None
) -> None:
    playbook = shipped("thanks_first_order")
    (occasion,) = noticed(playbook, ORDERED)
    assert say(playbook, occasion, first_heard={"order.completed": first_order_at}).reason == reason


def test_an_order_that_nobody_heard_of_leaves_the_question_open_and_says_so() -> None:
    playbook = shipped("thanks_first_order")
    (occasion,) = noticed(playbook, ORDERED)
    decision = say(playbook, occasion)
    assert (decision.reason, decision.detail) == (Reason.UNKNOWN_FACTS, "first_order")


def test_a_first_order_taken_back_is_not_thanked_for() -> None:
    playbook = shipped("thanks_first_order")
    (occasion,) = noticed(playbook, ORDERED)
    heard: dict[str, Any] = {"first_heard": {"order.completed": AT}, "heard": {"order.refunded": AT}}
    assert say(playbook, occasion, **heard).reason is Reason.STOPPED


@pytest.mark.parametrize(("days", "reason"), [(6, Reason.ALREADY_DONE), (7, None), (8, None)])
def test_delivery_is_asked_about_a_day_later_and_at_most_weekly(days: int, reason: Reason | None) -> None:
    playbook = shipped("delivery_check")
    (occasion,) = noticed(playbook, event("order.delivered"))
    assert occasion.due_at == AT + DAY
    assert say(playbook, occasion, earlier=earlier(playbook, days)).reason == reason


@pytest.mark.parametrize("what", ["complaint.made", "ticket.opened", "return.completed"])
def test_who_has_spoken_up_is_not_asked_whether_the_parcel_arrived(what: str) -> None:
    playbook = shipped("delivery_check")
    (occasion,) = noticed(playbook, event("order.delivered"))
    assert say(playbook, occasion, heard={what: AT + timedelta(hours=1)}).reason is Reason.STOPPED


@pytest.mark.parametrize("cause", ["complaint", "nps", "csat", "ces", "review", "staff"])
def test_every_opened_case_calls_for_somebody_within_four_hours_though_it_is_open(cause: str) -> None:
    playbook = shipped("complaint_recovery")
    (occasion,) = noticed(playbook, event("case.opened", case_id="case_3", cause=cause))
    assert playbook.steps[0].due_within == timedelta(hours=4)
    assert occasion.facts["case_id"] == "case_3"
    decision = say(playbook, occasion, open_case=True, heard={"complaint.made": AT}, consented=frozenset())
    assert (decision.answer, playbook.purpose) == (SEND, Purpose.SERVICE)


@pytest.mark.parametrize("told", [event("complaint.made"), event("case.overdue"), event("case.closed")])
def test_nothing_but_the_opening_of_a_case_calls_for_recovery(told: Event) -> None:
    assert noticed(shipped("complaint_recovery"), told) == []


def dates(zone: ZoneInfo = SHANGHAI, tier: str | None = None, heard: Any = None, **profile: Any) -> CustomerDates:
    return CustomerDates(customer="ann", zone=zone, birthday=told_birthday(profile), tier=tier, heard=heard or {})


def planned(playbook: Playbook, customer: CustomerDates, day: date, hour: int = 8) -> list[Occasion]:
    now = datetime(day.year, day.month, day.day, hour, tzinfo=customer.zone)
    return [one for one in planned_occasions(customer, [playbook], CalendarPolicy(), now) if one.due_at < now + DAY]


BIRTHDAYS = [
    ({"birthday": "1990-05-04"}, date(2027, 5, 4)),
    ({"birthday": "--05-04"}, date(2027, 5, 4)),
    ({"birthday": "2000-02-29"}, date(2027, 2, 28)),
    ({"birthday": "1990-01-15", "birthday_calendar": "lunar"}, date(2027, 2, 20)),  # 正月十五 is the lantern festival
    ({"birthday": "1990-08-15", "birthday_calendar": "lunar"}, date(2027, 9, 15)),  # 八月十五 is 中秋
]


@pytest.mark.parametrize(("profile", "day"), BIRTHDAYS)
def test_a_birthday_is_greeted_at_ten_on_its_day_solar_or_lunar(profile: dict[str, Any], day: date) -> None:
    playbook, customer = shipped("birthday"), dates(**profile)
    assert planned(playbook, customer, day - DAY) == []
    (occasion,) = planned(playbook, customer, day)
    assert occasion.due_at == datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    assert planned(playbook, customer, day + DAY) == []


@pytest.mark.parametrize(("hours", "answer"), [(0, SEND), (10, SEND), (12, SKIP), (14, SKIP), (24, SKIP)])
def test_a_birthday_is_never_greeted_belatedly(hours: int, answer: Answer) -> None:
    playbook = shipped("birthday")
    (occasion,) = planned(playbook, dates(birthday="1990-05-04"), date(2027, 5, 4))
    assert say(playbook, replace(occasion, id=1), after=timedelta(hours=hours)).answer is answer


def test_a_birthday_on_a_day_of_mourning_is_not_celebrated() -> None:
    playbook = shipped("birthday")
    (occasion,) = planned(playbook, dates(birthday="1990-04-05"), date(2027, 4, 5))  # 清明
    decision = say(playbook, replace(occasion, id=1))
    assert (decision.answer, decision.reason) == (SKIP, Reason.MOURNING_DAY)


@pytest.mark.parametrize(
    ("day", "greeted"),
    [
        (date(2027, 2, 5), False),  # 除夕
        (date(2027, 2, 6), True),  # 春节
        (date(2027, 2, 7), False),
        (date(2027, 6, 9), False),  # 端午
        (date(2027, 9, 14), False),
        (date(2027, 9, 15), True),  # 中秋
        (date(2027, 9, 16), False),
        (date(2026, 12, 25), False),
        (date(2027, 1, 1), False),
    ],
)
def test_spring_festival_and_mid_autumn_are_greeted_and_no_other_day(day: date, greeted: bool) -> None:
    playbook = shipped("festival_greeting")
    assert len(planned(playbook, dates(), day)) == greeted


@pytest.mark.parametrize(
    ("status", "reason"), [("active", None), ("dormant", None), ("lost", Reason.NOT_FOR), (None, Reason.UNKNOWN_FACTS)]
)
def test_festivals_are_for_those_who_are_with_us(status: str | None, reason: Reason | None) -> None:
    playbook = shipped("festival_greeting")
    (occasion,) = planned(playbook, dates(), date(2027, 2, 6))
    assert say(playbook, replace(occasion, id=1), shown=shown(status=status)).reason is reason


VISITED = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(("tier", "days"), [("intimate", 30), ("face_to_face", 60), ("brand", 120)])
def test_a_return_visit_comes_by_tier(tier: str, days: int) -> None:
    playbook, visited = shipped("return_visit"), VISITED.astimezone(SHANGHAI).date()
    customer = dates(tier=tier, heard={"return_visit.done": (VISITED, VISITED)})
    assert planned(playbook, customer, visited + (days - 1) * DAY) == []
    (occasion,) = planned(playbook, customer, visited + days * DAY)
    assert occasion.due_at.astimezone(SHANGHAI).hour == 9
    assert planned(playbook, customer, visited + (days + 1) * DAY, hour=10) == []


def test_the_distant_are_not_visited() -> None:
    customer = dates(tier="distant", heard={"return_visit.done": (VISITED, VISITED)})
    occasions = planned_occasions(customer, [shipped("return_visit")], CalendarPolicy(), VISITED + 29 * DAY)
    assert list(occasions) == []


DORMANT = changed("status", "active", "dormant")


@pytest.mark.parametrize(("days", "reason"), [(364, None), (365, None), (366, Reason.NOT_FOR)])
def test_who_was_high_value_within_a_year_is_won_back(days: int, reason: Reason | None) -> None:
    playbook = shipped("win_back_high_value")
    first, _ = noticed(playbook, DORMANT)
    before = {("segment", "high_value"): AT.astimezone(SHANGHAI).date() - days * DAY}
    assert say(playbook, first, shown=Shown(card={"segment": "churned"}, before=before)).reason == reason


@pytest.mark.parametrize(("days", "reason"), [(179, Reason.ALREADY_DONE), (180, None), (181, None)])
def test_nobody_is_won_back_twice_in_half_a_year(days: int, reason: Reason | None) -> None:
    playbook = shipped("win_back_high_value")
    first, _ = noticed(playbook, DORMANT)
    customer: dict[str, Any] = {"shown": shown(segment="high_value"), "earlier": earlier(playbook, days)}
    assert say(playbook, first, **customer).reason == reason


@pytest.mark.parametrize(("seconds", "reason"), [(-1, None), (0, Reason.STOPPED), (1, Reason.STOPPED)])
def test_an_order_at_the_same_time_stops_the_win_back_and_its_call(seconds: int, reason: Reason | None) -> None:
    playbook = shipped("win_back_high_value")
    first, call = noticed(playbook, DORMANT)
    customer: dict[str, Any] = {
        "shown": shown(segment="high_value"),
        "heard": {"order.completed": AT + timedelta(seconds=seconds)},
    }
    assert say(playbook, first, **customer).reason == reason
    monday = timedelta(days=1)  # the call is due on a Wednesday
    assert say(playbook, call, after=monday, **customer).reason == reason
    assert call.due_at == AT + 5 * DAY


def test_an_order_of_the_day_on_which_time_made_a_customer_dormant_stops_it() -> None:
    playbook = shipped("win_back_high_value")
    first, _ = noticed(playbook, changed("status", "active", "dormant", cause="time"))
    midnight = datetime(2026, 11, 20, tzinfo=SHANGHAI)
    assert first.at == midnight
    for order_at, reason in ((midnight, Reason.STOPPED), (midnight - timedelta(seconds=1), None)):
        customer: dict[str, Any] = {"shown": shown(segment="high_value"), "heard": {"order.completed": order_at}}
        assert say(playbook, first, after=timedelta(hours=12), **customer).reason == reason


@pytest.mark.parametrize(
    ("told", "health_before", "fires"),
    [
        (changed("churn_band", "low", "medium"), None, True),
        (changed("churn_band", "low", "high"), None, True),
        (changed("churn_band", "high", "medium"), None, False),
        (changed("tier", "brand", "distant", health=49.9), 50.0, True),
        (changed("tier", "brand", "distant", health=50.0), 51.0, False),
        (changed("tier", "brand", "distant", health=49.0), 49.9, False),
        (changed("churn_band", "low", "medium", cause="late"), None, False),
    ],
)
def test_a_key_account_is_cared_for_when_health_or_band_worsens(
    told: Event, health_before: float | None, fires: bool
) -> None:
    assert bool(noticed(shipped("key_account_care"), told, health_before=health_before)) is fires


@pytest.mark.parametrize(("days", "reason"), [(29, Reason.ALREADY_DONE), (30, None), (31, None)])
def test_a_key_account_is_called_at_most_monthly(days: int, reason: Reason | None) -> None:
    playbook = shipped("key_account_care")
    (occasion,) = noticed(playbook, changed("churn_band", "low", "high"))
    customer: dict[str, Any] = {"shown": shown(key_account=True), "earlier": earlier(playbook, days)}
    assert say(playbook, occasion, **customer).reason == reason


def test_who_is_no_key_account_gets_no_call_of_one() -> None:
    playbook = shipped("key_account_care")
    (occasion,) = noticed(playbook, changed("churn_band", "low", "high"))
    assert say(playbook, occasion, shown=shown(key_account=False)).reason is Reason.NOT_FOR


@pytest.mark.parametrize(("days", "reason"), [(89, Reason.ALREADY_DONE), (90, None), (91, None)])
def test_a_promoter_is_thanked_at_most_quarterly(days: int, reason: Reason | None) -> None:
    playbook = shipped("promoter_thanks")
    (occasion,) = noticed(playbook, event("survey.answered", rating={"kind": "nps", "value": 10, "min": 0, "max": 10}))
    assert say(playbook, occasion, earlier=earlier(playbook, days)).reason == reason


def test_an_invitation_keeps_what_the_message_and_feedback_need() -> None:
    playbook = shipped("survey_invitation")
    told = event("survey.invitation_wanted", request_id="req_9", url="https://x/s/t", reminder=True)
    (occasion,) = noticed(playbook, told)
    assert occasion.facts["request_id"] == "req_9"
    assert occasion.facts["data"] == {"request_id": "req_9", "url": "https://x/s/t", "reminder": True}


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
def test_what_rests_on_no_profile_reaches_those_who_refuse_profiling(name: str) -> None:
    playbook = shipped(name)
    rests_on_profile = name in ("return_visit", "key_account_care")
    assert (playbook.neutral_template is None) == (rests_on_profile or playbook.purpose is Purpose.SERVICE)
