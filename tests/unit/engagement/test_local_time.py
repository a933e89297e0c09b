"""Which instant is a wall clock time, where clocks jump, and when does staff work?"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engagement.domain.local_time import customer_zone, end_of_day, local_instant
from engagement.domain.work_days import WorkTime, is_state_work_day

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Asia/Shanghai", "2027-05-04T10:00", "2027-05-04T02:00"),
        ("America/New_York", "2027-03-14T01:59", "2027-03-14T06:59"),
        ("America/New_York", "2027-03-14T02:00", "2027-03-14T07:00"),  # the gap's first minute
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14T03:00", "2027-03-14T07:00"),
        ("America/New_York", "2027-11-07T01:30", "2027-11-07T05:30"),  # comes twice: the earlier
        ("America/New_York", "2027-11-07T02:00", "2027-11-07T07:00"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30"),  # half an hour's gap
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),  # a day without midnight
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-30T10:00"),  # a day that never was
    ],
)
def test_a_wall_clock_time_in_a_gap_is_the_first_instant_after_and_in_an_overlap_the_earlier(
    zone: str, wall: str, instant: str
) -> None:
    at = datetime.fromisoformat(wall)
    assert local_instant(at.date(), at.time(), ZoneInfo(zone)) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_a_day_ends_where_the_next_one_begins() -> None:
    assert end_of_day(date(2027, 5, 4), SHANGHAI) == datetime(2027, 5, 4, 16, tzinfo=UTC)
    assert end_of_day(date(2018, 11, 3), ZoneInfo("America/Sao_Paulo")) == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize("told", [None, 8, "", "Mars/Olympus", "../etc/passwd", "/etc", "Asia", "\0"])
def test_a_zone_that_nobody_knows_is_the_deployments(told: object) -> None:
    assert customer_zone(told, SHANGHAI) is SHANGHAI
    assert customer_zone("Europe/Paris", SHANGHAI) == ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # a Saturday worked in exchange
        ("2026-02-16", False),  # a Monday of the Spring Festival
        ("2026-11-24", True),
        ("2027-02-08", True),  # no schedule for 2027: Monday
        ("2027-02-06", False),  # Saturday
    ],
)
def test_work_days_follow_the_states_schedule_and_weekdays_where_there_is_none(day: str, works: bool) -> None:
    assert is_state_work_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2027-02-08T08:59", "2027-02-08T09:00"),
        ("2027-02-08T09:00", "2027-02-08T09:00"),
        ("2027-02-08T17:59", "2027-02-08T17:59"),
        ("2027-02-08T18:00", "2027-02-09T09:00"),
        ("2027-02-05T18:00", "2027-02-08T09:00"),  # Friday evening
        ("2027-02-13T12:00", "2027-02-13T12:00"),  # the company works this Saturday
        ("2027-02-10T12:00", "2027-02-11T09:00"),  # and rests this Wednesday
    ],
)
def test_staff_works_in_the_hours_of_work_days_of_the_zone(instant: str, expected: str) -> None:
    work = WorkTime(from_=time(9), to=time(18), holidays={date(2027, 2, 10)}, work_days={date(2027, 2, 13)})
    at = datetime.fromisoformat(instant).replace(tzinfo=SHANGHAI)
    assert work.next_instant(at, SHANGHAI) == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)
