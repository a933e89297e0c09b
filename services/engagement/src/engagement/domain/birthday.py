"""When is a customer's birthday? Solar or lunar, as the profile tells it (events.md section 3).

29 February falls to the 28th in years without it, or where the policy says so to 1 March. A lunar birthday belongs to
its lunar year. A birthday that no calendar has (a 31st of the 4th month, a lunar 31st) is none.

Worked example: `--02-29` is 2027-02-28; `1990-08-15`, lunar, is 2026-09-25.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from engagement.domain.lunar_birthday import LunarDay30, lunar_birthday

_TOLD: Final = re.compile(r"(?:[0-9]{4}|-)-([0-9]{2})-([0-9]{2})")
_LEAP_YEAR: Final = 2024


class February29(StrEnum):
    """On which day it falls in a year without it."""

    FEBRUARY_28 = "february_28"
    MARCH_1 = "march_1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthdayRules:
    february_29: February29 = February29.FEBRUARY_28
    lunar_day_30: LunarDay30 = LunarDay30.DAY_29


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday:
    """`leap`: in a leap month of the lunar calendar."""

    month: int
    day: int
    lunar: bool = False
    leap: bool = False

    def day_in(self, year: int, rules: BirthdayRules) -> date:
        """The solar day of the birthday in a year of its calendar."""
        if self.lunar:
            return lunar_birthday(year, month=self.month, day=self.day, leap=self.leap, day_30=rules.lunar_day_30)
        return solar_day_in(year, month=self.month, day=self.day, rule=rules.february_29)


def solar_day_in(year: int, *, month: int, day: int, rule: February29) -> date:
    """A month and day in a year."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28) if rule is February29.FEBRUARY_28 else date(year, 3, 1)


# `Any`: a profile holds what producers told, field by field.
def told_birthday(profile: Mapping[str, Any]) -> Birthday | None:
    """The birthday in a profile; None when it holds none or an impossible one."""
    told = _TOLD.fullmatch(str(profile.get("birthday") or ""))
    if told is None:
        return None
    month, day = int(told[1]), int(told[2])
    lunar = profile.get("birthday_calendar") == "lunar"
    if not (_is_lunar_day(month, day) if lunar else _is_solar_day(month, day)):
        return None
    return Birthday(month=month, day=day, lunar=lunar, leap=lunar and profile.get("lunar_leap") is True)


def _is_lunar_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 30


def _is_solar_day(month: int, day: int) -> bool:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True
