"""When does staff work? Work days by the state's schedule, and the hours of calendar.yaml.

chinesecalendar knows holidays and the weekends worked in exchange, up to 2026; in years without a schedule Monday to
Friday are work days. The company's own holidays and work days come first.

Worked example: Saturday 2026-02-14 is worked in exchange for the Spring Festival; Saturday 2027-02-06 is free.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar

from engagement.domain.local_time import local_instant

_FRIDAY: Final = 4
_LONGEST_PAUSE_DAYS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTime:
    """`from_` inclusive, `to` exclusive, wall clock; `holidays` and `work_days` are the company's own."""

    from_: time = time(9)
    to: time = time(18)
    holidays: Set[date] = frozenset()
    work_days: Set[date] = frozenset()

    def is_work_day(self, day: date) -> bool:
        """Whether staff works on a local day."""
        if day in self.work_days or day in self.holidays:
            return day in self.work_days
        return is_state_work_day(day)

    def next_instant(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """`instant` itself when staff works then, else the next instant (UTC) at which it does."""
        day = instant.astimezone(zone).date()
        for later in range(_LONGEST_PAUSE_DAYS):
            candidate = day + timedelta(days=later)
            begins = max(local_instant(candidate, self.from_, zone), instant.astimezone(UTC))
            if self.is_work_day(candidate) and begins < local_instant(candidate, self.to, zone):
                return begins
        raise LookupError(f"no work day within {_LONGEST_PAUSE_DAYS} days from {day}")


def is_state_work_day(day: date) -> bool:
    """By the state's schedule; by the weekday in years that have none."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() <= _FRIDAY
