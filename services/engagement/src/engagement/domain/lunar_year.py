"""On which solar day does a lunar day or a solar term fall? lunar-python's tables, as plain dates.

A lunar year is named by the solar year in which it begins. Worked example: the 15th of the 8th month of 2026 is
2026-09-25; 清明 of 2026 is 2026-04-05.
"""

import math
from datetime import date
from functools import lru_cache
from typing import Final

from lunar_python import LunarYear

_JULIAN_DAY_BEFORE_DAY_ONE: Final = 1721425
_QINGMING: Final = 8
_WINTER_SOLSTICE: Final = 25
"""Places in the library's list of a year's solar terms, which begins with 大雪 of the year before."""

SOLAR_TERMS: Final = {"qingming": _QINGMING, "winter_solstice": _WINTER_SOLSTICE}


@lru_cache(maxsize=512)
def _months(year: int) -> dict[tuple[int, bool], tuple[date, int]]:
    """(month, leap) -> first day and length of each month of a lunar year."""
    return {
        (abs(month.getMonth()), month.isLeap()): (_day(month.getFirstJulianDay()), month.getDayCount())
        for month in LunarYear.fromYear(year).getMonths()
        if month.getYear() == year
    }


@lru_cache(maxsize=512)
def solar_term_day(term: str, year: int) -> date:
    """The day (Beijing) of one of SOLAR_TERMS."""
    return _day(LunarYear.fromYear(year).getJieQiJulianDays()[SOLAR_TERMS[term]])


def month_of(year: int, month: int, *, leap: bool) -> tuple[date, int] | None:
    """First solar day and number of days of a lunar month; None when the year has no such leap month."""
    return _months(year).get((month, leap))


def _day(julian_day: float) -> date:
    return date.fromordinal(math.floor(julian_day + 0.5) - _JULIAN_DAY_BEFORE_DAY_ONE)
