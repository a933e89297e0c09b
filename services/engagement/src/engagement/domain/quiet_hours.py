"""When is a customer left in peace? From `from_` (inclusive) to `to` (exclusive) by the clock on the customer's wall.

Source: care-model.md section 10. `from_` after `to` crosses midnight; equal ones mean no quiet hours. In a gap of the
clock the first instant after counts, in an overlap the earlier one.
Worked example: 21:00 to 09:00 in Asia/Shanghai; 20:59:59 is not quiet, 21:00 is until 09:00 of the next day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engagement.domain.local_time import local_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    from_: time = time(21)
    to: time = time(9)

    def until(self, instant: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours that `instant` falls into end (UTC); None when it falls into none."""
        today = instant.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            begins, ends = _hours_of(self, day, zone)
            if begins <= instant < ends:
                return ends
        return None


@lru_cache(maxsize=4096)
def _hours_of(quiet: QuietHours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The quiet hours that begin on a local day."""
    if quiet.from_ == quiet.to:
        return datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    last = day + timedelta(days=1) if quiet.from_ > quiet.to else day
    return local_instant(day, quiet.from_, zone), local_instant(last, quiet.to, zone)
