"""Until when must somebody have called?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.domain.case import Severity
from feedback.domain.case_clock import contact_due
from feedback.domain.case_policy import CasePolicy
from feedback.domain.work_days import is_work_day

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
POLICY = CasePolicy()


def due(opened: datetime, zone: ZoneInfo, *, severe: bool = False, key: bool = False) -> datetime:
    severity = Severity.SEVERE if severe else Severity.NORMAL
    return contact_due(opened, severity=severity, key_account=key, zone=zone, policy=POLICY).astimezone(zone)


def at(zone: ZoneInfo, month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        (at(SHANGHAI, 11, 23, 10), at(SHANGHAI, 11, 25, 10)),
        (at(SHANGHAI, 11, 27, 18), at(SHANGHAI, 12, 1, 18)),
        (at(SHANGHAI, 11, 27, 0), at(SHANGHAI, 12, 1, 0)),
        (at(SHANGHAI, 11, 26, 0), at(SHANGHAI, 11, 28, 0)),
        (at(SHANGHAI, 11, 28, 10), at(SHANGHAI, 12, 2, 0)),
        # The week of the national holiday: 1 to 7 October are free, Saturday 10 October is worked.
        (at(SHANGHAI, 9, 30, 12), at(SHANGHAI, 10, 9, 12)),
        (at(SHANGHAI, 10, 9, 12), at(SHANGHAI, 10, 12, 12)),
        # No notice is known for 2029: weekends only.
        (at(SHANGHAI, 10, 1, 12, year=2029), at(SHANGHAI, 10, 3, 12, year=2029)),
        # Elsewhere no Chinese holiday counts, and the hours of a day are true hours: the clocks go back on Sunday.
        (at(BERLIN, 10, 1, 12), at(BERLIN, 10, 5, 12)),
        (at(BERLIN, 10, 23, 12), at(BERLIN, 10, 27, 12)),
    ],
)
def test_forty_eight_hours_of_work_days(opened: datetime, expected: datetime) -> None:
    assert due(opened, opened.tzinfo) == expected  # type: ignore[arg-type]  # a ZoneInfo above


def test_a_key_account_waits_half_as_long() -> None:
    assert due(at(SHANGHAI, 11, 27, 18), SHANGHAI, key=True) == at(SHANGHAI, 11, 30, 18)


@pytest.mark.parametrize("key", [True, False])
def test_a_severe_complaint_has_four_hours_by_night_and_on_holidays(key: bool) -> None:
    assert due(at(SHANGHAI, 10, 1, 23), SHANGHAI, severe=True, key=key) == at(SHANGHAI, 10, 2, 3)


@given(
    st.integers(0, 10 * 365 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York")]),
)
def test_exactly_the_hours_lie_on_work_days_before_the_due_instant(opened: datetime, zone: ZoneInfo) -> None:
    minutes = 0
    until = due(opened, zone).astimezone(UTC)
    at = opened.replace(second=0, microsecond=0)
    while at < until - timedelta(minutes=30):
        minutes += 30 * is_work_day(at.astimezone(zone).date(), zone)
        at += timedelta(minutes=30)
    assert abs(minutes - 48 * 60) <= 90


def test_make_up_days_are_worked_and_holidays_are_not() -> None:
    assert is_work_day(date(2026, 10, 10), SHANGHAI)
    assert not is_work_day(date(2026, 10, 1), SHANGHAI)
    assert is_work_day(date(2026, 10, 1), BERLIN)
    assert not is_work_day(date(2026, 10, 10), BERLIN)
