"""Which local day is an instant, as a number?

Days are counted from 1970-01-01 (day 0) in the deployment's zone, so that ages are plain subtractions.
Example: 2026-11-20T23:30:00Z in Asia/Shanghai is 2026-11-21, day 20778.
"""

from datetime import UTC, date, datetime, tzinfo
from typing import Final

FOREVER: Final = 1 << 40
NEVER: Final = -(1 << 40)

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH_ORDINAL)


def local_day(instant: datetime, zone: tzinfo) -> int:
    """The day number of an aware instant in the zone."""
    return instant.astimezone(zone).toordinal() - _EPOCH_ORDINAL


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant: the exact order of two events."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds  # half the cost of // a microsecond
