"""On which solar day is a lunar birthday in a lunar year? (care-model.md section 5)

Who was born in a leap month has the birthday there in years that repeat that month, else in the ordinary month. In a
month of 29 days the 30th falls to the 29th, or where the policy says so to the next day, the first of the month after.

Worked example: the 30th of the 12th month: lunar 2027 has no such day (29 days), so 2028-01-25, its 29th.
"""

from datetime import date, timedelta
from enum import StrEnum

from engagement.domain.lunar_year import month_of


class LunarDay30(StrEnum):
    """What becomes of the 30th in a month of 29 days."""

    DAY_29 = "day_29"
    NEXT_DAY = "next_day"


def lunar_birthday(year: int, *, month: int, day: int, leap: bool, day_30: LunarDay30) -> date:
    """The solar day of a lunar month (1 to 12) and day (1 to 30) in the lunar year that begins in solar `year`."""
    found = month_of(year, month, leap=leap) or month_of(year, month, leap=False)
    if found is None:
        raise LookupError(f"lunar year {year} has no month {month}")
    first, days = found
    if day > days and day_30 is LunarDay30.DAY_29:
        day = days
    return first + timedelta(days=day - 1)
