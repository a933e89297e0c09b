"""Which local day is an instant, as a number?

Days are counted from 1970-01-01 (day 0) in the deployment's zone, so that ages are plain subtractions.
Example: 2026-11-20T23:30:00Z in Asia/Shanghai is 2026-11-21, day 20778.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

FOREVER: Final = 1 << 40
NEVER: Final = -(1 << 40)

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH_ORDINAL)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The first instant that no longer belongs to a local day, aware."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def local_day(instant: datetime, zone: tzinfo) -> int:
    """The day number of an aware instant in the zone."""
    day = instant.toordinal()
    steady, offset = _steady_offset(zone, day), instant.utcoffset()
    if offset is not None and steady == offset:
        return day - _EPOCH_ORDINAL
    if steady is None or offset is None:
        return instant.astimezone(zone).toordinal() - _EPOCH_ORDINAL
    return (instant + (steady - offset)).toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=4096)
def _steady_offset(zone: tzinfo, ordinal: int) -> timedelta | None:
    """The zone's offset around a day, or None when clocks change there; astimezone costs three times as much."""
    first = datetime.fromordinal(ordinal).replace(tzinfo=UTC) - timedelta(days=2)
    offsets = {(first + timedelta(hours=hour)).astimezone(zone).utcoffset() for hour in range(5 * 24)}
    return offsets.pop() if len(offsets) == 1 else None


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant: the exact order of two events."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds  # half the cost of // a microsecond
