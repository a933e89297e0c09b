"""Who is met in the quickstart, and what is shown to have changed?"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from guanxi_cli.asking import Service, Services
from guanxi_cli.local.problem import Problem
from guanxi_cli.quickstart.person import Person, day_zone
from guanxi_cli.quickstart.walk import care, moved, told


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


def decided(**changes: Any) -> dict[str, Any]:
    """Her message as /v1/actions shows it."""
    words = {"zh": "已安排", "en": "decided to go out"}
    planned_at = "2026-11-30T14:50:38Z"
    return {
        "playbook": "thanks_first_order",
        "decision": "send",
        "words": words,
        "state": "waiting",
        "planned_at": planned_at,
        **changes,
    }


def engagement_with(*actions: dict[str, Any]) -> Services:
    """Services of which each shows these actions."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": actions}))
    service = Service(httpx.AsyncClient(transport=transport, base_url="http://test"))
    return Services(ingest=service, scoring=service, engagement=service, feedback=service)


async def test_a_message_that_is_decided_and_not_sent_in_time_is_told_with_its_planned_instant() -> None:
    action = await care(engagement_with(decided()), "c_1", sent=0)
    assert told(action) == (
        "thanks_first_order: send - decided to go out, and not sent yet (waiting, planned at 2026-11-30T14:50:38Z). "
        "Ask again as below, or see guanxi logs engagement-worker."
    )


async def test_what_was_sent_is_shown_before_what_still_waits() -> None:
    sent = decided(state="sent")
    assert await care(engagement_with(decided(state="sending"), sent), "c_1") == sent
    assert told(sent) == "thanks_first_order: send - decided to go out"


async def test_only_where_nothing_was_decided_it_says_so() -> None:
    with pytest.raises(Problem, match="decided nothing about her order"):
        await care(engagement_with(), "c_1", patience=0)
