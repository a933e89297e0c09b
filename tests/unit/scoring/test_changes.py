"""What is published when a relationship changes?"""

import msgspec
import pytest
from tests.unit.scoring.build import card_of, columns_of, event, on, order

from common.contracts.relationships import Card
from scoring.domain.changes import FIGURES, cause, changes, dimensions, most_moved, published, reasons
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import Interaction

Story = list[Interaction]


def row(events: Story, day: int) -> bytes:
    return published(columns_of(events, day=day))[0]


def test_the_first_card_publishes_every_dimension_that_is_known() -> None:
    assert changes(None, row([order(0)], 0)) == [
        {"dimension": "segment", "from": None, "to": "potential"},
        {"dimension": "tier", "from": None, "to": "brand"},
        {"dimension": "stage", "from": None, "to": "initial_contact"},
        {"dimension": "status", "from": None, "to": "active"},
        {"dimension": "key_account", "from": None, "to": False},
        {"dimension": "churn_band", "from": None, "to": "medium"},
    ]


def test_a_second_order_makes_an_active_customer_and_says_why() -> None:
    before, after = row([order(0)], 0), row([order(0), order(1)], 1)
    assert {"dimension": "segment", "from": "potential", "to": "active"} in changes(before, after)
    told = reasons(before, after, ["shop/1", "shop/2", "shop/3", "shop/4"])
    assert "rfm.frequency" in [reason["component"] for reason in told]
    assert len(told) == 3
    assert all(reason["events"] == ["shop/2", "shop/3", "shop/4"] for reason in told)


def test_a_day_on_which_nothing_moves_by_a_point_publishes_nothing() -> None:
    events = [order(0)]
    assert row(events, 500) == row(events, 501)
    assert card_of(events, day=500)["rfm"]["recency_days"] != card_of(events, day=501)["rfm"]["recency_days"]


def test_a_card_that_moved_by_a_point_is_scored_without_a_change() -> None:
    before, after = row([order(0), event("event.attended", 0)], 0), row([order(0), event("event.attended", 0)], 3)
    assert before != after
    assert changes(before, after) == []


def test_a_guard_that_ends_is_explained_by_what_the_dimension_rests_on() -> None:
    events = [order(0, 30000) for _ in range(4)]
    before, after = row(events, 105), row(events, 106)
    assert changes(before, after) == [{"dimension": "segment", "from": "high_value", "to": "active"}]
    assert reasons(before, after, [])
    assert reasons(before, before, []) == []


def test_the_reasons_of_a_whole_batch_are_those_of_each_pair_of_rows() -> None:
    story = [order(0), order(3, 70000), event("complaint.opened", 9), event("event.attended", 9), order(40)]
    rows = [row(story[:known], day) for known in range(1, 6) for day in (9, 41, 300)]
    pairs = [(last, now) for last in (None, *rows[::4]) for now in rows]
    figures, points = most_moved([last for last, _ in pairs], [now for _, now in pairs])
    for (last, now), at, moved in zip(pairs, figures.tolist(), points.tolist(), strict=True):
        told = [(FIGURES[figure], by) for figure, by in zip(at, moved, strict=True) if by]
        known = [(each["component"], each["points"]) for each in reasons(last, now, [])]
        assert told == known or not told  # what nothing moved is told by what a changed dimension rests on
        assert changes(dimensions(last), dimensions(now) or now) == changes(last, now)


@pytest.mark.parametrize(("day", "named"), [(-2, "late"), (-1, "event"), (0, "event"), (1, "late")])
def test_events_of_today_and_yesterday_cause_older_ones_are_late(day: int, named: str) -> None:
    today = day_number(on(0))
    assert cause([today + day, today - 40], today) == named


def test_the_card_has_the_shape_that_is_published() -> None:
    for events in ([], [order(0), event("message.sent", 0, personal=True)]):
        card = card_of(events, day=0)
        read = msgspec.convert(card, Card)
        assert read.segment == card["segment"]
        assert set(card) == set(msgspec.to_builtins(read))
        nulls = {name for name in card["unknown"] if "." not in name}
        assert nulls == {name for name, value in card.items() if value is None}


@pytest.mark.parametrize("altered", [b"", b"\x00", bytes(range(27)), b"\x7f" * 128])
def test_a_row_that_somebody_altered_is_taken_as_never_published(altered: bytes) -> None:
    now = row([order(0)], 0)
    assert changes(altered, now) == changes(None, now)
    assert len(reasons(altered, now, [])) == 3
