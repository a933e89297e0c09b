"""Until when must somebody have spoken with the customer? (feedback-model.md section 4)

48 hours after the case was opened, 24 for a key account; a work day of the zone's calendar has 24 such hours, other
days have none. A severe complaint: 4 hours, round the clock. Example in Shanghai: opened on Friday 18:00, 48 hours are
6 on Friday, 24 on Monday, 18 on Tuesday: due on Tuesday 18:00; opened on Saturday 10:00: due at the end of Tuesday.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedback.domain.case import Severity
from feedback.domain.case_policy import CasePolicy
from feedback.domain.work_days import is_work_day


def contact_due(
    opened_at: datetime, *, severity: Severity, key_account: bool, zone: ZoneInfo, policy: CasePolicy
) -> datetime:
    """The instant (UTC) at which the first contact is late."""
    if severity is Severity.SEVERE:
        return opened_at.astimezone(UTC) + timedelta(hours=policy.severe_hours)
    hours = policy.key_account_hours if key_account else policy.contact_hours
    return _after_work_hours(opened_at, timedelta(hours=hours), zone)


def _after_work_hours(start: datetime, left: timedelta, zone: ZoneInfo) -> datetime:
    day, at = start.astimezone(zone).date(), start.astimezone(UTC)
    while True:
        end = _midnight(day + timedelta(days=1), zone)
        if is_work_day(day, zone):
            if at + left <= end:
                return at + left
            left -= end - at
        day, at = day + timedelta(days=1), end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC: differences between instants are then true hours."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
