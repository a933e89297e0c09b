"""RFM, segment, tier, severe trouble and status: the rule on the day before, the day and the day after."""

import numpy as np
import pytest
from tests.unit.scoring.build import POLICY, card_of, event, nps, order, rating

from scoring.domain.rfm import NAMED
from scoring.domain.rfm import named as name_segment
from scoring.domain.state.replay import Interaction

Story = list[Interaction]


@pytest.mark.parametrize(
    ("idle", "r"),
    [(0, 5), (15, 5), (16, 4), (30, 4), (31, 3), (75, 3), (76, 2), (180, 2), (181, 1)],
)
def test_recency_rank_falls_the_day_after_each_cut(idle: int, r: int) -> None:
    assert card_of([order(0)], day=idle)["rfm"]["r"] == r


@pytest.mark.parametrize(("orders", "f"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 5)])
def test_frequency_rank_counts_orders_of_the_window(orders: int, f: int) -> None:
    assert card_of([order(0, 100) for _ in range(orders)], day=0)["rfm"]["f"] == f


@pytest.mark.parametrize(
    ("minor", "m"), [(25000, 1), (25001, 2), (50000, 2), (50001, 3), (100001, 4), (200000, 4), (200001, 5)]
)
def test_monetary_rank_rises_just_above_each_cut(minor: int, m: int) -> None:
    assert card_of([order(0, minor)], day=0)["rfm"]["m"] == m


def test_the_window_ends_after_364_days() -> None:
    assert card_of([order(0, 30000)], day=364)["rfm"]["frequency"] == 1
    past = card_of([order(0, 30000)], day=365)["rfm"]
    assert (past["frequency"], past["monetary_minor"], past["recency_days"]) == (0, 0, 365)


@pytest.mark.parametrize(
    ("orders", "minor", "idle", "named", "chinese"),
    [
        (1, 100, 0, "new", "一般发展"),
        (3, 60000, 0, "potential_loyalist", "一般发展"),
        (6, 300000, 0, "champion", "重要价值"),
        (1, 100, 16, "promising", "一般发展"),
        (1, 100, 31, "about_to_sleep", "一般挽留"),
        (2, 60000, 31, "loyal", "一般挽留"),
        (6, 300000, 31, "loyal", "重要保持"),
        (2, 30000, 31, "needs_attention", "一般挽留"),
        (6, 300000, 76, "at_risk", "重要保持"),
        (1, 100, 181, "lost", "一般挽留"),
        (2, 30000, 181, "hibernating", "一般挽留"),
        (6, 300000, 181, "cannot_lose", "重要保持"),
        (1, 300000, 0, "potential_loyalist", "重要发展"),
        (6, 600, 0, "potential_loyalist", "一般价值"),
    ],
)
def test_named_and_chinese_segments_follow_the_tables(
    orders: int, minor: int, idle: int, named: str, chinese: str
) -> None:
    card = card_of([order(0, minor // orders) for _ in range(orders)], day=idle)["rfm"]
    assert (card["named"], card["chinese"]) == (named, chinese)


@pytest.mark.parametrize(("day", "named"), [(364, "new"), (365, "promising")])
def test_nobody_is_new_a_year_after_the_first_purchase(day: int, named: str) -> None:
    five, one = np.array([5], dtype=np.int8), np.array([1], dtype=np.int8)
    (number,) = name_segment(five, one, one, np.array([day]), POLICY)
    assert NAMED[number] == named


@pytest.mark.parametrize(
    ("orders", "minor", "idle", "segment"),
    [
        (1, 100, 0, "potential"),
        (2, 200, 0, "active"),
        (2, 200, 75, "active"),
        (2, 200, 76, "potential"),
        (1, 200001, 0, "active"),
        (4, 100001, 75, "high_value"),
        (4, 100001, 76, "active"),
        (4, 100001, 180, "active"),
        (4, 100001, 181, "churned"),
        (1, 100, 180, "potential"),
        (1, 100, 181, "churned"),
    ],
)
def test_the_segment_of_the_day(orders: int, minor: int, idle: int, segment: str) -> None:
    events = [order(0, minor // orders + 1) for _ in range(orders)]
    assert card_of(events, day=idle)["rfm"]["segment"] == segment


@pytest.mark.parametrize(
    ("day", "today", "shown"),
    [
        (75, "high_value", "high_value"),
        (76, "active", "high_value"),
        (105, "active", "high_value"),
        (106, "active", "active"),
        (181, "churned", "active"),
        (210, "churned", "active"),
        (211, "churned", "churned"),
    ],
)
def test_a_segment_is_kept_for_thirty_days_after_it_ends(day: int, today: str, shown: str) -> None:
    card = card_of([order(0, 30000) for _ in range(4)], day=day)
    assert (card["rfm"]["segment"], card["segment"]) == (today, shown)


def test_who_never_bought_is_potential_and_has_no_ranks() -> None:
    card = card_of([event("page.viewed", 0)], day=0)
    assert card["segment"] == card["rfm"]["segment"] == "potential"
    assert {name: card["rfm"][name] for name in ("r", "f", "m", "named", "chinese", "recency_days")} == dict.fromkeys(
        ("r", "f", "m", "named", "chinese", "recency_days")
    )
    assert card["unknown"]["rfm.r"] == card["unknown"]["status"] == card["unknown"]["churn_risk"] == "no_purchase"


def talks(*days: int) -> Story:
    return [
        each for day in days for each in (event("message.received", day, personal=True), event("meeting.held", day))
    ]


CLOSE = [
    *talks(0, 1, 2, 3),
    *(order(day, 60000) for day in range(4)),
    *(event("event.attended", day) for day in range(4)),
]


@pytest.mark.parametrize(
    ("events", "day", "tier"),
    [
        ([], 0, "distant"),
        ([event("message.clicked", 0)], 0, "distant"),
        ([event("event.attended", 0)], 0, "brand"),
        # 100 (1 - 2^(-P/10)) >= 20 needs P >= 3.219281: 8 points last 39 days, then the guard holds 30 more.
        ([event("event.attended", 0)], 39, "brand"),
        ([event("event.attended", 0)], 69, "brand"),
        ([event("event.attended", 0)], 70, "distant"),
        ([order(0, 1)], 179, "brand"),
        ([order(0, 1)], 209, "brand"),
        ([order(0, 1)], 210, "distant"),
        ([order(0, 1), *talks(0)], 0, "face_to_face"),
        ([order(0, 1), event("meeting.held", 0)], 0, "brand"),
        # 2 x 2^(-age/180) > 1 until age 179; the guard holds 30 days more.
        ([order(0, 1), *talks(0)], 209, "face_to_face"),
        ([order(0, 1), *talks(0)], 210, "distant"),
        (CLOSE, 3, "intimate"),
        ([*CLOSE, nps(3, 0)], 3, "face_to_face"),
    ],
)
def test_the_shown_tier(events: Story, day: int, tier: str) -> None:
    assert card_of(events, day=day)["tier"] == tier


def test_an_intimate_tier_needs_an_answer_to_personal_messages() -> None:
    unanswered = [event("message.sent", day, personal=True) for day in range(3) for _ in range(40)]
    assert card_of([*CLOSE, *unanswered], day=3)["scores"]["reciprocity"] < 0.3
    tiers = [card_of([*CLOSE, *unanswered], day=day)["tier"] for day in (3, 33)]
    assert tiers == ["face_to_face", "face_to_face"]
    assert card_of([*CLOSE, event("message.sent", 3, personal=True)], day=3)["tier"] == "intimate"


@pytest.mark.parametrize(("day", "severe", "tier"), [(32, True, "face_to_face"), (33, False, "intimate")])
def test_an_unresolved_complaint_caps_the_tier_for_thirty_days(day: int, severe: bool, tier: str) -> None:
    happy = [event("survey.answered", 3, **rating("csat", 5)) for _ in range(30)]
    lasting = [*CLOSE, *happy, *talks(*range(10, 33)), *(event("event.attended", at) for at in range(10, 33))]
    card = card_of([*lasting, event("complaint.made", 3)], day=day)
    assert (card["severe"], card["tier"]) == (severe, tier)


@pytest.mark.parametrize(("resolved", "severe"), [(2, True), (3, False), (4, False), (5, True)])
def test_a_resolved_on_the_same_or_a_later_day_ends_the_trouble(resolved: int, severe: bool) -> None:
    trouble = [event("complaint.made", 3), event("complaint.resolved", resolved)]
    assert card_of(trouble, day=4)["severe"] is severe


@pytest.mark.parametrize(
    ("days", "as_of", "status"),
    [
        ([], 0, None),
        ([0], 179, "active"),
        ([0], 180, "dormant"),
        ([0], 364, "dormant"),
        ([0], 365, "lost"),
        ([0, 365], 365, "active"),
        ([0, 366], 366, "reactivated"),
        ([0, 366], 425, "reactivated"),
        ([0, 366], 426, "active"),
        ([0, 366, 400], 425, "reactivated"),
        ([0, 366, 400], 426, "active"),
    ],
)
def test_status_goes_by_idle_days_and_gaps(days: list[int], as_of: int, status: str | None) -> None:
    assert card_of([order(day) for day in days], day=as_of)["status"] == status
