"""Which occasions does time bring a customer, and when are they due and over?"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engagement.domain.birthday import Birthday
from engagement.domain.cadence import next_contact
from engagement.domain.calendar import CalendarPolicy, CustomerDates, MemberDay
from engagement.domain.condition import All
from engagement.domain.planned_occasions import planned_occasions, timed_triggers
from engagement.domain.playbook import (
    ActionKind,
    Cadence,
    Calendar,
    CalendarEvent,
    Interaction,
    Playbook,
    Purpose,
    Schedule,
    Step,
    Trigger,
)

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
BIRTHDAY = Calendar(event=CalendarEvent.BIRTHDAY)
POLICY = CalendarPolicy()


def step(index: int = 0, after: timedelta = timedelta()) -> Step:
    return Step(index=index, kind=ActionKind.MESSAGE, after=after, unless=(), template="hello", channels=("email",))


def playbook(*when: Trigger, valid_for: timedelta = timedelta(days=2), dated: bool = False) -> Playbook:
    return Playbook(
        name="greeting",
        version=1,
        purpose=Purpose.CARE,
        priority=50,
        when=when,
        conditions=All(),
        steps=(step(),),
        valid_for=valid_for,
        dated=dated,
    )


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dates(zone: ZoneInfo = SHANGHAI, **known: Any) -> CustomerDates:  # named fields of CustomerDates
    return CustomerDates(customer="c-1", zone=zone, **known)


def heard(**times: tuple[str, str]) -> dict[str, tuple[datetime, datetime]]:
    return {what.replace("_", "."): (instant(first), instant(last)) for what, (first, last) in times.items()}


def planned(
    customer: CustomerDates, book: Playbook, now: str, policy: CalendarPolicy = POLICY
) -> list[tuple[str, str]]:
    found = planned_occasions(customer, [book], policy, instant(now))
    return [(one.key, one.due_at.strftime("%Y-%m-%dT%H:%M")) for one in found]


BORN = Birthday(month=5, day=4)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-03-25T01:59", []),  # forty days and a minute ahead
        ("2027-03-25T02:00", [("birthday:2027", "2027-05-04T02:00")]),
        ("2027-05-04T02:00", [("birthday:2027", "2027-05-04T02:00")]),
        ("2027-05-06T01:59", [("birthday:2027", "2027-05-04T02:00")]),
        ("2027-05-06T02:00", []),  # its validity is over
    ],
)
def test_a_birthday_is_planned_forty_days_ahead_and_until_its_validity_is_over(
    now: str, expected: list[tuple[str, str]]
) -> None:
    assert planned(dates(birthday=BORN), playbook(BIRTHDAY), now) == expected


def test_dated_care_is_over_with_its_day_in_the_customers_zone() -> None:
    book = playbook(BIRTHDAY, dated=True)
    (occasion,) = planned_occasions(dates(birthday=BORN, zone=NEW_YORK), [book], POLICY, instant("2027-05-04T13:00"))
    assert occasion.due_at == instant("2027-05-04T14:00")
    assert occasion.valid_until == instant("2027-05-05T04:00")
    assert planned(dates(birthday=BORN, zone=NEW_YORK), book, "2027-05-05T04:00") == []


def test_lead_days_bring_the_occasion_forward() -> None:
    book = playbook(Calendar(event=CalendarEvent.BIRTHDAY, lead_days=3, hour=9))
    assert planned(dates(birthday=BORN), book, "2027-04-20T00:00") == [("birthday:2027", "2027-05-01T01:00")]


def test_at_the_turn_of_the_year_the_key_is_the_year_of_the_birthday() -> None:
    book = playbook(Calendar(event=CalendarEvent.BIRTHDAY, lead_days=5))
    born = Birthday(month=1, day=2)
    assert planned(dates(birthday=born), book, "2026-12-20T00:00") == [("birthday:2027", "2026-12-28T02:00")]
    lunar = Birthday(month=12, day=8, lunar=True)
    assert planned(dates(birthday=lunar), playbook(BIRTHDAY), "2027-01-01T00:00") == [
        ("birthday:2026", "2027-01-15T02:00")
    ]


def test_an_hour_in_the_gap_of_a_zone_is_the_first_instant_after() -> None:
    book = playbook(Calendar(event=CalendarEvent.BIRTHDAY, hour=2))
    born = Birthday(month=3, day=14)
    assert planned(dates(birthday=born, zone=NEW_YORK), book, "2027-03-01T00:00") == [
        ("birthday:2027", "2027-03-14T07:00")
    ]


def test_festivals_are_planned_for_everybody_and_only_those_named() -> None:
    book = playbook(Calendar(event=CalendarEvent.FESTIVAL, names=("spring_festival", "mid_autumn"), hour=9))
    assert planned(dates(), book, "2027-01-01T00:00") == [("spring_festival:2027", "2027-02-06T01:00")]
    assert planned(dates(), book, "2026-09-01T00:00") == [("mid_autumn:2026", "2026-09-25T01:00")]


def test_anniversaries_come_a_year_after_the_first_day_and_tell_which_one_it_is() -> None:
    book = playbook(Calendar(event=CalendarEvent.ANNIVERSARY, names=("first_purchase",)))
    bought = dates(heard=heard(order_completed=("2024-02-29T10:00", "2026-11-01T10:00")))
    assert planned(bought, book, "2024-02-29T12:00") == []
    (occasion,) = planned_occasions(bought, [book], POLICY, instant("2027-02-01T00:00"))
    assert occasion.key == "first_purchase:2027"
    assert occasion.due_at == instant("2027-02-28T02:00")
    assert occasion.facts["years"] == 3


def test_a_new_zone_moves_an_anniversary_to_another_year_without_a_new_key() -> None:
    book = playbook(Calendar(event=CalendarEvent.ANNIVERSARY, names=("membership",)))
    joined = heard(membership_started=("2024-12-31T17:00", "2024-12-31T17:00"))
    assert planned(dates(heard=joined), book, "2026-12-20T00:00") == [("membership:2026", "2027-01-01T02:00")]
    assert planned(dates(heard=joined, zone=NEW_YORK), book, "2026-12-20T00:00") == [
        ("membership:2026", "2026-12-31T15:00")
    ]


def test_member_days_follow_the_policy_by_day_of_month_or_weekday() -> None:
    book = playbook(Calendar(event=CalendarEvent.MEMBER_DAY))
    assert planned(dates(), book, "2027-01-01T00:00") == [
        ("member_day:2027-01", "2027-01-08T02:00"),
        ("member_day:2027-02", "2027-02-08T02:00"),
    ]
    tuesdays = CalendarPolicy(member_day=MemberDay(weekday=2), plan_days_ahead=14)
    assert planned(dates(), book, "2027-01-01T00:00", tuesdays) == [
        ("member_day:2027-W01", "2027-01-05T02:00"),
        ("member_day:2027-W02", "2027-01-12T02:00"),
    ]


def test_a_schedule_brings_its_days() -> None:
    policy = CalendarPolicy(plan_days_ahead=2)
    assert planned(dates(), playbook(Schedule(hour=8), valid_for=timedelta(hours=1)), "2027-01-01T00:30", policy) == [
        ("schedule:2027-01-01", "2027-01-01T00:00"),
        ("schedule:2027-01-02", "2027-01-02T00:00"),
        ("schedule:2027-01-03", "2027-01-03T00:00"),
    ]


CALLS = Cadence(
    since=("call.made", "visit.made"), days_by_tier={"intimate": 30, "brand": 90}, days_by_stage={"loyalty": 60}
)


@pytest.mark.parametrize(
    ("known", "today", "expected"),
    [
        (
            {"tier": "intimate", "heard": heard(call_made=("2026-01-01T00:00", "2026-05-01T10:00"))},
            "2026-05-02",
            "2026-05-31",
        ),
        (
            {"tier": "intimate", "heard": heard(call_made=("2026-05-01T10:00", "2026-05-01T10:00"))},
            "2026-05-31",
            "2026-05-31",
        ),
        (
            {"tier": "intimate", "heard": heard(call_made=("2026-05-01T10:00", "2026-05-01T10:00"))},
            "2026-06-01",
            "2026-06-30",
        ),
        (
            {"tier": "brand", "heard": heard(visit_made=("2026-05-01T10:00", "2026-05-01T10:00"))},
            "2026-05-02",
            "2026-07-30",
        ),
        (
            {"tier": "brand", "stage": "loyalty", "heard": heard(visit_made=("2026-05-01T10:00", "2026-05-01T10:00"))},
            "2026-05-02",
            "2026-06-30",
        ),
        (
            {"tier": "intimate", "heard": heard(order_completed=("2026-05-01T10:00", "2026-06-01T10:00"))},
            "2026-05-02",
            "2026-05-31",
        ),
        ({"tier": "distant", "heard": heard(call_made=("2026-05-01T10:00", "2026-05-01T10:00"))}, "2026-05-02", None),
        ({"tier": "intimate"}, "2026-05-02", None),
    ],
)
def test_a_cadence_counts_from_the_last_contact_by_the_smaller_number_that_fits(
    known: dict[str, Any], today: str, expected: str | None
) -> None:
    due = next_contact(CALLS, dates(**known), first=instant(today).date())
    assert (None if due is None else due.day.isoformat()) == expected


def test_a_change_of_the_cadence_never_names_one_day_twice() -> None:
    called = heard(call_made=("2026-05-01T10:00", "2026-05-01T10:00"))
    found = [
        next_contact(CALLS, dates(tier=tier, heard=called), first=date(2026, 7, 10)) for tier in ("intimate", "brand")
    ]
    assert [one and one.key for one in found] == ["2026-05-01+90"] * 2


def test_a_playbook_that_is_switched_off_or_waits_for_events_has_no_timed_trigger() -> None:
    book = playbook(BIRTHDAY, Interaction(type="order.completed"))
    assert timed_triggers(book) == [BIRTHDAY]
    assert timed_triggers(playbook(Interaction(type="order.completed"))) == []
