"""Who is met in the quickstart, and what is shown to have changed?"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from guanxi_cli.quickstart.person import Person, day_zone
from guanxi_cli.quickstart.walk import moved


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("hour", range(24))
def test_it_is_day_somewhere_at_every_hour(month: int, hour: int) -> None:
    now = datetime(2026, month, 15, hour, 30, tzinfo=UTC)
    assert 9 <= now.astimezone(ZoneInfo(day_zone(now))).hour < 20


def test_she_orders_last_so_that_care_knows_where_she_lives_and_what_she_allows() -> None:
    events = Person(number=7, zone="Asia/Shanghai").events("demo", datetime(2026, 11, 24, 4, tzinfo=UTC), "GBP")
    assert [event["type"] for event in events] == [
        "profile.updated",
        "consent.granted",
        "consent.granted",
        "order.completed",
    ]
    assert len({event["id"] for event in events}) == 4
    assert all(event["data"]["identifiers"]["user_id"] == "ann-7" for event in events)


def test_only_what_moved_is_shown() -> None:
    before = {"scores": {"evaluation": None, "strength": 20.0}, "care": {"cs": None, "health": 26.0, "priority": 9.4}}
    after = {"scores": {"evaluation": 36.7, "strength": 20.0}, "care": {"cs": 45.0, "health": 26.0, "priority": 56.4}}
    assert moved(before, after) == [
        ("scores.evaluation", "–", "36.7"),
        ("care.cs", "–", "45.0"),
        ("care.priority", "9.4", "56.4"),
    ]
