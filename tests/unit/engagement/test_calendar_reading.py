"""Is calendar.yaml read as written, and a mistake refused with its place?"""

from datetime import date, time
from pathlib import Path

import pytest

from engagement.domain.birthday import BirthdayRules, February29
from engagement.domain.calendar import CalendarPolicy, MemberDay
from engagement.domain.calendar_reading import read_calendar
from engagement.domain.document import DocumentInvalid
from engagement.domain.lunar_birthday import LunarDay30

SHIPPED = Path(__file__).parents[3] / "policies" / "calendar.yaml"


def test_the_shipped_file_says_what_holds_without_one() -> None:
    shipped = read_calendar(SHIPPED.read_text("utf-8"), "calendar.yaml")
    assert shipped == CalendarPolicy()
    assert read_calendar("{}", "calendar.yaml") == CalendarPolicy()


def test_every_member_is_read() -> None:
    policy = read_calendar(
        """
plan_days_ahead: 10
birthday: {february_29: march_1, lunar_day_30: next_day}
member_day: {weekday: tuesday}
mourning_days: [qingming, "12-13", "2027-05-12", "02-29"]
work_hours: {from: "08:30", to: "22:00"}
holidays: ["2027-03-02", 2027-03-03]
work_days: ["2027-03-06"]
""",
        "calendar.yaml",
    )
    assert policy.plan_days_ahead == 10
    assert policy.birthday == BirthdayRules(february_29=February29.MARCH_1, lunar_day_30=LunarDay30.NEXT_DAY)
    assert policy.member_day == MemberDay(weekday=2)
    assert policy.is_mourning_day(date(2030, 12, 13))
    assert policy.is_mourning_day(date(2027, 5, 12))
    assert policy.is_mourning_day(date(2028, 2, 29))
    assert not policy.is_mourning_day(date(2026, 8, 27))
    assert (policy.work_time.from_, policy.work_time.to) == (time(8, 30), time(22))
    assert not policy.work_time.is_work_day(date(2027, 3, 3))
    assert policy.work_time.is_work_day(date(2027, 3, 6))


@pytest.mark.parametrize(
    ("text", "line", "field", "allowed"),
    [
        ("plan_days_ahead: 0", 1, "plan_days_ahead", None),
        ("plan_days_ahead: 40\nbirthday: {february_29: march_2}", 2, "birthday.february_29", "march_1"),
        ("birthday: {leap: true}", 1, "birthday.leap", "lunar_day_30"),
        ("member_day: {day_of_month: 31}", 1, "member_day.day_of_month", None),
        ("member_day: {day_of_month: 8, weekday: monday}", 1, "member_day", "weekday"),
        ("member_day: {weekday: dienstag}", 1, "member_day.weekday", "tuesday"),
        ("mourning_days:\n  - qingming\n  - ghost_day", 3, "mourning_days.1", "zhongyuan"),
        ("mourning_days: ['02-30']", 1, "mourning_days.0", None),
        ("work_hours: {from: '18:00', to: '09:00'}", 1, "work_hours.to", None),
        ("work_hours: {from: '9:00', to: '18:00'}", 1, "work_hours.from", "09:00"),
        ("work_hours: {from: '09:00'}", 1, "work_hours", "to"),
        ("holidays: ['tomorrow']", 1, "holidays.0", "2027-05-12"),
        ("vacations: []", 1, "vacations", "holidays"),
        ("- qingming", 1, "", None),
    ],
)
def test_a_mistake_is_refused_with_line_field_and_what_is_allowed(
    text: str, line: int, field: str, allowed: str | None
) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_calendar(text, "calendar.yaml")
    data = refused.value.data
    assert (data["file"], data["line"], data["field"]) == ("calendar.yaml", line, field)
    assert allowed is None or allowed in data["allowed"]
