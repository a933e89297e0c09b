"""How is calendar.yaml read so that a mistake is refused with its place and with what is allowed?

Every member may be left out: what is shipped holds then. Worked example: `birthday: {february_29: march_2}` raises
DocumentInvalid("calendar.yaml:1: birthday.february_29: unknown value 'march_2'; allowed: february_28, march_1").
"""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Final

from engagement.domain.birthday import BirthdayRules, February29
from engagement.domain.calendar import CalendarPolicy, MemberDay
from engagement.domain.document import Place, one_of, read_document
from engagement.domain.festivals import FESTIVALS
from engagement.domain.lunar_birthday import LunarDay30
from engagement.domain.mourning_days import MourningDays
from engagement.domain.work_days import WorkTime

MEMBERS: Final = (
    "plan_days_ahead",
    "birthday",
    "member_day",
    "mourning_days",
    "work_hours",
    "holidays",
    "work_days",
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_DAYS_AHEAD: Final = 100
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_EVERY_YEAR: Final = re.compile(r"[0-9]{2}-[0-9]{2}")
_LEAP_YEAR: Final = "2024"


def read_calendar(text: str, file: str) -> CalendarPolicy:
    """The policy of a calendar document. Raises DocumentInvalid."""
    members = read_document(text, file).mapping(allowed=MEMBERS)
    shipped = CalendarPolicy()
    return CalendarPolicy(
        plan_days_ahead=members["plan_days_ahead"].integer(least=1, most=MOST_DAYS_AHEAD)
        if "plan_days_ahead" in members
        else shipped.plan_days_ahead,
        birthday=_birthday(members["birthday"]) if "birthday" in members else shipped.birthday,
        member_day=_member_day(members["member_day"]) if "member_day" in members else shipped.member_day,
        mourning_days=_mourning_days(members["mourning_days"]) if "mourning_days" in members else shipped.mourning_days,
        work_time=_work_time(members),
    )


def _birthday(place: Place) -> BirthdayRules:
    members = place.mapping(allowed=("february_29", "lunar_day_30"))
    shipped = BirthdayRules()
    return BirthdayRules(
        february_29=February29(members["february_29"].text(allowed=list(February29)))
        if "february_29" in members
        else shipped.february_29,
        lunar_day_30=LunarDay30(members["lunar_day_30"].text(allowed=list(LunarDay30)))
        if "lunar_day_30" in members
        else shipped.lunar_day_30,
    )


def _member_day(place: Place) -> MemberDay:
    name, inner = one_of(place, ("day_of_month", "weekday"))
    if name == "day_of_month":
        return MemberDay(day_of_month=inner.integer(least=1, most=28))
    return MemberDay(weekday=WEEKDAYS.index(inner.text(allowed=WEEKDAYS)) + 1)


def _mourning_days(place: Place) -> MourningDays:
    festivals: set[str] = set()
    every_year: set[tuple[int, int]] = set()
    single: set[date] = set()
    for item in place.items(least=0):
        named = str(item.scalar())
        if named in FESTIVALS:
            festivals.add(named)
        elif _EVERY_YEAR.fullmatch(named):
            day = _day(item, f"{_LEAP_YEAR}-{named}")
            every_year.add((day.month, day.day))
        else:
            single.add(_day(item, named, allowed=(*FESTIVALS, "12-13", "2027-05-12")))
    return MourningDays(festivals=frozenset(festivals), every_year=frozenset(every_year), single=frozenset(single))


def _work_time(members: Mapping[str, Place]) -> WorkTime:
    from_, to = WorkTime().from_, WorkTime().to
    if "work_hours" in members:
        hours = members["work_hours"].mapping(allowed=("from", "to"), required=("from", "to"))
        from_, to = _clock(hours["from"]), _clock(hours["to"])
        if from_ >= to:
            raise hours["to"].invalid("must be after `from`")
    return WorkTime(from_=from_, to=to, holidays=_days(members, "holidays"), work_days=_days(members, "work_days"))


def _days(members: Mapping[str, Place], name: str) -> frozenset[date]:
    if name not in members:
        return frozenset()
    return frozenset(_day(item, str(item.scalar())) for item in members[name].items(least=0, most=400))


def _day(place: Place, text: str, allowed: tuple[str, ...] = ("2027-05-12",)) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise place.invalid(f"unknown day {text!r}", allowed) from err


def _clock(place: Place) -> time:
    matched = _CLOCK.fullmatch(place.text())
    if matched is None:
        raise place.invalid("must be a time of day", ("09:00", "18:30"))
    return time(int(matched[1]), int(matched[2]))
