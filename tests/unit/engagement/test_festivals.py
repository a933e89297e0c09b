"""Do festivals, lunar birthdays and mourning days fall on the days that others computed?"""

import csv
from datetime import date
from pathlib import Path

import pytest

from engagement.domain.birthday import Birthday, BirthdayRules, February29, told_birthday
from engagement.domain.calendar import CalendarPolicy
from engagement.domain.festivals import FESTIVALS, festival_day
from engagement.domain.lunar_birthday import LunarDay30
from engagement.domain.mourning_days import MourningDays

REFERENCE = Path(__file__).parents[2] / "data" / "china_festivals_2026_2030.csv"

with REFERENCE.open(encoding="utf-8") as _file:
    ROWS = [(row["festival"], int(row["year"]), row["date"]) for row in csv.DictReader(_file)]


@pytest.mark.parametrize(("festival", "year", "day"), ROWS)
def test_every_festival_falls_on_the_day_of_the_reference_table(festival: str, year: int, day: str) -> None:
    assert festival_day(festival, year).isoformat() == day


def test_every_festival_that_care_knows_is_in_the_reference_table() -> None:
    assert {name for name, _, _ in ROWS} == set(FESTIVALS)


@pytest.mark.parametrize(
    ("birthday", "year", "day"),
    [
        (Birthday(month=5, day=4), 2027, "2027-05-04"),
        (Birthday(month=2, day=29), 2028, "2028-02-29"),
        (Birthday(month=2, day=29), 2027, "2027-02-28"),
        (Birthday(month=8, day=15, lunar=True), 2026, "2026-09-25"),
        (Birthday(month=12, day=8, lunar=True), 2026, "2027-01-15"),
        (Birthday(month=12, day=30, lunar=True), 2026, "2027-02-05"),  # 29 days: the last one
        (Birthday(month=12, day=30, lunar=True), 2027, "2028-01-25"),
        (Birthday(month=5, day=3, lunar=True, leap=True), 2028, "2028-06-25"),  # 2028 repeats the fifth month
        (Birthday(month=5, day=3, lunar=True), 2028, "2028-05-26"),
        (Birthday(month=5, day=3, lunar=True, leap=True), 2027, "2027-06-07"),  # 2027 does not
    ],
)
def test_a_birthday_is_on_its_day_in_a_year_of_its_calendar(birthday: Birthday, year: int, day: str) -> None:
    assert birthday.day_in(year, BirthdayRules()).isoformat() == day


def test_the_policy_may_move_missing_days_forward_instead() -> None:
    rules = BirthdayRules(february_29=February29.MARCH_1, lunar_day_30=LunarDay30.NEXT_DAY)
    assert Birthday(month=2, day=29).day_in(2027, rules) == date(2027, 3, 1)
    assert Birthday(month=12, day=30, lunar=True).day_in(2027, rules) == date(2028, 1, 26)


@pytest.mark.parametrize(
    ("profile", "birthday"),
    [
        ({"birthday": "1990-05-04"}, Birthday(month=5, day=4)),
        ({"birthday": "--02-29"}, Birthday(month=2, day=29)),
        ({"birthday": "1990-02-30", "birthday_calendar": "lunar"}, Birthday(month=2, day=30, lunar=True)),
        (
            {"birthday": "--06-01", "birthday_calendar": "lunar", "lunar_leap": True},
            Birthday(month=6, day=1, lunar=True, leap=True),
        ),
        ({"birthday": "--06-01", "birthday_calendar": "solar", "lunar_leap": True}, Birthday(month=6, day=1)),
        ({"birthday": "1990-02-30"}, None),
        ({"birthday": "1990-12-31", "birthday_calendar": "lunar"}, None),
        ({"birthday": "soon"}, None),
        ({"birthday": None}, None),
        ({}, None),
    ],
)
def test_a_birthday_that_no_calendar_has_is_none(profile: dict[str, object], birthday: Birthday | None) -> None:
    assert told_birthday(profile) == birthday


@pytest.mark.parametrize(
    ("day", "mourning"),
    [
        ("2026-04-04", False),
        ("2026-04-05", True),
        ("2026-04-06", False),
        ("2026-08-26", False),
        ("2026-08-27", True),
        ("2026-08-28", False),
        ("2027-08-16", True),
    ],
)
def test_qingming_and_zhongyuan_are_mourning_days_and_the_days_around_are_not(day: str, mourning: bool) -> None:
    assert CalendarPolicy().is_mourning_day(date.fromisoformat(day)) is mourning


def test_the_company_may_name_its_own_mourning_days() -> None:
    days = MourningDays(every_year=frozenset({(12, 13)}), single=frozenset({date(2027, 5, 12)}))
    assert date(2030, 12, 13) in days
    assert date(2027, 5, 12) in days
    assert date(2028, 5, 12) not in days
    assert date(2026, 4, 5) not in days
