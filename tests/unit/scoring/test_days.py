"""Is the local day of an instant what the zone's own clock shows, also where clocks change?"""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.domain.state.days import day_number, local_day, microseconds

ZONES = ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]
OFFSETS = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1970, 1, 5), datetime(2060, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - bounds are naive


@given(instant=INSTANTS, zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_the_day_is_the_one_that_a_clock_in_the_zone_shows(instant: datetime, zone: ZoneInfo) -> None:
    assert local_day(instant, zone) == day_number(instant.astimezone(zone).date())


@pytest.mark.parametrize("hours", range(-72, 72))
@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("America/St_Johns", datetime(2026, 11, 1, 4, 30, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # which had no 30 December
        ("Asia/Shanghai", datetime(1991, 9, 14, 17, tzinfo=UTC)),
    ],
)
def test_the_day_is_right_around_a_change_of_clocks(zone: str, change: datetime, hours: int) -> None:
    instant = change + timedelta(hours=hours, minutes=hours % 60)
    assert local_day(instant, ZoneInfo(zone)) == day_number(instant.astimezone(ZoneInfo(zone)).date())


@given(instant=INSTANTS)
def test_microseconds_are_those_since_1970(instant: datetime) -> None:
    assert microseconds(instant) == (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_day_zero_is_the_first_of_1970() -> None:
    assert day_number(date(1970, 1, 1)) == 0
