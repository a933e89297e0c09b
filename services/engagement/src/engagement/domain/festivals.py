"""On which day is a festival? A table of rules: solar day, lunar day, solar term, nth weekday of a month.

A festival of the lunar calendar belongs to the lunar year, named by the solar year in which it begins: 腊八 of 2026 is
2027-01-15. 除夕 is the day before the Spring Festival of its solar year. Worked example: 中秋 2026 is 2026-09-25.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from engagement.domain.lunar_birthday import LunarDay30, lunar_birthday
from engagement.domain.lunar_year import solar_term_day


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarDay:
    month: int
    day: int

    def day_in(self, year: int) -> date:
        return date(year, self.month, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class LunarDay:
    """`days_before`: that many days before it."""

    month: int
    day: int
    days_before: int = 0

    def day_in(self, year: int) -> date:
        day = lunar_birthday(year, month=self.month, day=self.day, leap=False, day_30=LunarDay30.DAY_29)
        return day - timedelta(days=self.days_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarTerm:
    term: str

    def day_in(self, year: int) -> date:
        return solar_term_day(self.term, year)


@dataclass(frozen=True, slots=True, kw_only=True)
class NthWeekday:
    """The nth weekday (Monday = 0) of a month."""

    month: int
    nth: int
    weekday: int

    def day_in(self, year: int) -> date:
        first = date(year, self.month, 1)
        return first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))


Rule = SolarDay | LunarDay | SolarTerm | NthWeekday

FESTIVALS: Final[dict[str, Rule]] = {
    "new_year": SolarDay(month=1, day=1),
    "valentine": SolarDay(month=2, day=14),
    "new_year_eve": LunarDay(month=1, day=1, days_before=1),
    "spring_festival": LunarDay(month=1, day=1),
    "lantern": LunarDay(month=1, day=15),
    "womens_day": SolarDay(month=3, day=8),
    "qingming": SolarTerm(term="qingming"),
    "labour_day": SolarDay(month=5, day=1),
    "mothers_day": NthWeekday(month=5, nth=2, weekday=6),
    "520": SolarDay(month=5, day=20),
    "childrens_day": SolarDay(month=6, day=1),
    "618": SolarDay(month=6, day=18),
    "dragon_boat": LunarDay(month=5, day=5),
    "fathers_day": NthWeekday(month=6, nth=3, weekday=6),
    "qixi": LunarDay(month=7, day=7),
    "zhongyuan": LunarDay(month=7, day=15),
    "teachers_day": SolarDay(month=9, day=10),
    "mid_autumn": LunarDay(month=8, day=15),
    "national_day": SolarDay(month=10, day=1),
    "double_ninth": LunarDay(month=9, day=9),
    "double11": SolarDay(month=11, day=11),
    "double12": SolarDay(month=12, day=12),
    "winter_solstice": SolarTerm(term="winter_solstice"),
    "christmas": SolarDay(month=12, day=25),
    "laba": LunarDay(month=12, day=8),
    "little_new_year_north": LunarDay(month=12, day=23),
}
"""Name -> rule; names as in the reference table of 2026 to 2030."""


@lru_cache(maxsize=4096)
def festival_day(name: str, year: int) -> date:
    """The day of a festival of FESTIVALS in a year of its calendar."""
    return FESTIVALS[name].day_in(year)
