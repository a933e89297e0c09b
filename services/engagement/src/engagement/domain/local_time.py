"""Which instant is a wall clock time in a zone? (care-model.md section 10)

In a gap the first instant after it, in an overlap the earlier one. A customer's zone is the profile's, else the
deployment's; a name that nobody knows counts as none.

Worked example: 02:30 on 2027-03-14 in America/New_York does not exist: 03:00 EDT, 07:00 UTC. 01:30 on 2027-11-07 comes
twice: the first, 01:30 EDT, 05:30 UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

_SECOND: Final = timedelta(seconds=1)


@lru_cache(maxsize=16384)
def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall clock time of a local day."""
    wall = datetime.combine(day, at)
    earlier = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(earlier, zone) == wall:
        return earlier
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _first_instant_after(wall, before=before, after=earlier, zone=zone)


def _first_instant_after(wall: datetime, *, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Where the clock jumps over `wall`, halved down to the second."""
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        before, after = (before, middle) if _wall(middle, zone) > wall else (middle, after)
    return after


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the next local day begins."""
    return local_instant(day + timedelta(days=1), time(), zone)


# `Any`: the profile's own value, which a producer chose.
def customer_zone(told: Any, deployment: ZoneInfo) -> ZoneInfo:
    """The zone of a customer whose profile says `told`."""
    return (isinstance(told, str) and _zone(told)) or deployment


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None
