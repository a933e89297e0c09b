"""Which days of a customer's year does care know? Birthdays, anniversaries, festivals and member days.

Each day has a label that stays the same when profile, zone or policy move it: the year of its own calendar, and for
member days the month or the week. Days that change their label could be answered twice.

Worked example: a lunar birthday on the 8th of the 12th month, between 2027-01-01 and 2027-12-31: label 2026 on
2027-01-15; the one of 2027 is on 2028-01-04.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engagement.domain.birthday import Birthday, BirthdayRules, solar_day_in
from engagement.domain.festivals import festival_day
from engagement.domain.mourning_days import MourningDays
from engagement.domain.playbook import Calendar, CalendarEvent, Schedule
from engagement.domain.work_days import WorkTime

FIRST_PURCHASE: Final = "first_purchase"
MEMBERSHIP: Final = "membership"
ANNIVERSARIES: Final = {FIRST_PURCHASE: "order.completed", MEMBERSHIP: "membership.started"}
"""Name -> the type of the event whose first day is celebrated."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDay:
    """A day of the month (1 to 28), or a weekday (Monday is 1)."""

    day_of_month: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPolicy:
    """calendar.yaml."""

    plan_days_ahead: int = 40
    birthday: BirthdayRules = field(default_factory=BirthdayRules)
    member_day: MemberDay = field(default_factory=lambda: MemberDay(day_of_month=8))
    mourning_days: MourningDays = field(default_factory=lambda: MourningDays(festivals={"qingming", "zhongyuan"}))
    work_time: WorkTime = field(default_factory=WorkTime)

    def is_mourning_day(self, day: date) -> bool:
        """Whether nothing cheerful may go out on a local day."""
        return day in self.mourning_days


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDates:
    """What the calendar must know of a customer; `heard`: event type -> first and last time."""

    customer: str
    zone: ZoneInfo
    birthday: Birthday | None = None
    tier: str | None = None
    stage: str | None = None
    heard: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """`key` names it among the occasions of a playbook and customer, `day` is local."""

    key: str
    day: date
    facts: Mapping[str, str | int]


def occurrences(
    trigger: Calendar, customer: CustomerDates, policy: CalendarPolicy, *, first: date, last: date
) -> Iterator[Occurrence]:
    """The days of a calendar trigger from `first` to `last`."""
    for found in _around(trigger, customer, policy, first=first, last=last):
        if first <= found.day <= last:
            yield found


def _around(
    trigger: Calendar, customer: CustomerDates, policy: CalendarPolicy, *, first: date, last: date
) -> Iterator[Occurrence]:
    years = range(first.year - 1, last.year + 1)
    match trigger.event:
        case CalendarEvent.BIRTHDAY:
            yield from _birthdays(customer.birthday, policy.birthday, years)
        case CalendarEvent.ANNIVERSARY:
            for name in trigger.names or ANNIVERSARIES:
                yield from _anniversaries(name, customer, policy.birthday, years)
        case CalendarEvent.FESTIVAL:
            for name in trigger.names:
                yield from (_occurrence("festival", name, year, festival_day(name, year)) for year in years)
        case CalendarEvent.MEMBER_DAY:
            member_day = policy.member_day
            yield from repeated_days(
                "member_day", first, last, day_of_month=member_day.day_of_month, weekday=member_day.weekday
            )


def _occurrence(kind: str, name: str, year: int, day: date) -> Occurrence:
    return Occurrence(key=f"{name}:{year}", day=day, facts={kind: name, "year": year, "day": day.isoformat()})


def _birthdays(birthday: Birthday | None, rules: BirthdayRules, years: range) -> Iterator[Occurrence]:
    if birthday is not None:
        for year in years:
            yield _occurrence("calendar", "birthday", year, birthday.day_in(year, rules))


def _anniversaries(name: str, customer: CustomerDates, rules: BirthdayRules, years: range) -> Iterator[Occurrence]:
    """The first day counts in the customer's zone, its label by UTC: a new zone moves the day, not the label."""
    heard = customer.heard.get(ANNIVERSARIES[name])
    if heard is None:
        return
    began, began_on = heard[0], heard[0].astimezone(customer.zone).date()
    for year in years:
        passed = year - began_on.year
        if passed >= 1:
            day = solar_day_in(year, month=began_on.month, day=began_on.day, rule=rules.february_29)
            found = _occurrence("anniversary", name, began.year + passed, day)
            yield Occurrence(key=found.key, day=day, facts={**found.facts, "years": passed})


def scheduled_days(trigger: Schedule, *, first: date, last: date) -> Iterator[Occurrence]:
    """The days of a schedule trigger from `first` to `last`."""
    return repeated_days("schedule", first, last, day_of_month=trigger.day_of_month, weekday=trigger.weekday)


def repeated_days(
    name: str, first: date, last: date, *, day_of_month: int | None, weekday: int | None
) -> Iterator[Occurrence]:
    """A day of each month (labelled by month), a weekday (Monday is 1, labelled by week) or every day."""
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        if day_of_month is not None:
            label, fits = day.strftime("%Y-%m"), day.day == day_of_month
        elif weekday is not None:
            label, fits = day.strftime("%G-W%V"), day.isoweekday() == weekday
        else:
            label, fits = day.isoformat(), True
        if fits:
            yield Occurrence(key=f"{name}:{label}", day=day, facts={"calendar": name, "day": day.isoformat()})
