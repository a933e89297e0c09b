"""Is a customer left in peace exactly from `from` (inclusive) to `to` (exclusive), whatever the clock does?"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.domain.quiet_hours import QuietHours

SHANGHAI, NEW_YORK, KATHMANDU = (ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Asia/Kathmandu"))
NIGHT = QuietHours()
ZONES = (SHANGHAI, NEW_YORK, KATHMANDU, ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC"))


def at(told: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("told", "until"),
    [
        ("2026-11-20 20:59:59", None),
        ("2026-11-20 21:00:00", "2026-11-21 09:00"),
        ("2026-11-20 23:59:59", "2026-11-21 09:00"),
        ("2026-11-21 00:00:00", "2026-11-21 09:00"),
        ("2026-11-21 08:59:59", "2026-11-21 09:00"),
        ("2026-11-21 09:00:00", None),
        ("2026-12-31 22:00:00", "2027-01-01 09:00"),
    ],
)
@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, KATHMANDU])
def test_quiet_from_nine_in_the_evening_to_nine_in_the_morning(told: str, until: str | None, zone: ZoneInfo) -> None:
    assert NIGHT.until(at(told, zone), zone) == (until and at(until, zone))


@pytest.mark.parametrize(
    ("told", "until"),
    [("11:59", None), ("12:00", "13:30"), ("13:29", "13:30"), ("13:30", None)],
)
def test_quiet_hours_within_a_day_do_not_cross_midnight(told: str, until: str | None) -> None:
    noon = QuietHours(from_=time(12), to=time(13, 30))
    day = "2026-11-20 "
    assert noon.until(at(day + told, SHANGHAI), SHANGHAI) == (until and at(day + until, SHANGHAI))


def test_equal_ends_mean_no_quiet_hours() -> None:
    never = QuietHours(from_=time(9), to=time(9))
    assert never.until(at("2026-11-20 09:00", SHANGHAI), SHANGHAI) is None
    assert never.until(at("2026-11-20 03:00", SHANGHAI), SHANGHAI) is None


def test_quiet_hours_that_end_in_a_gap_end_with_the_first_instant_after_it() -> None:
    """In New York 02:00 to 03:00 does not exist on 14 March 2027."""
    quiet = QuietHours(from_=time(22), to=time(2, 30))
    assert quiet.until(at("2027-03-14 01:59", NEW_YORK), NEW_YORK) == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert quiet.until(datetime(2027, 3, 14, 7, tzinfo=UTC), NEW_YORK) is None


def test_quiet_hours_that_end_in_an_overlap_end_with_its_first_pass() -> None:
    """In New York 01:30 comes twice on 7 November 2027."""
    quiet = QuietHours(from_=time(22), to=time(1, 30))
    assert quiet.until(at("2027-11-07 01:10", NEW_YORK), NEW_YORK) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert quiet.until(at("2027-11-07 01:10", NEW_YORK, fold=1), NEW_YORK) is None


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))


@given(instant=INSTANTS, zone=st.sampled_from(ZONES), from_=CLOCKS, to=CLOCKS)
def test_the_end_is_later_not_quiet_and_less_than_two_days_away(
    instant: datetime, zone: ZoneInfo, from_: time, to: time
) -> None:
    quiet = QuietHours(from_=from_, to=to)
    until = quiet.until(instant, zone)
    if until is not None:
        assert instant < until < instant + timedelta(days=2)
        assert quiet.until(until, zone) is None or from_ == to


@given(instant=INSTANTS, zone=st.sampled_from(ZONES))
def test_at_hours_without_a_change_of_the_clock_the_wall_decides(instant: datetime, zone: ZoneInfo) -> None:
    wall = instant.astimezone(zone).time()
    assert (NIGHT.until(instant, zone) is not None) == (wall >= time(21) or wall < time(9))
