"""Do the differences of an explanation sum to the difference of the scores, and say what moved?"""

from dataclasses import replace
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import MAPPING, POLICY, SETTING, event, on, order
from tests.unit.scoring.stories import as_of_days, stories

from scoring.domain.explain.explain import View, view
from scoring.domain.explain.explain_diff import explain_diff
from scoring.domain.explain.metrics import CATEGORIES, METRICS, SHOWN
from scoring.domain.policy.policy import Policy
from scoring.domain.state.replay import Interaction

Story = list[Interaction]
FASTER = Policy.from_mapping(
    {
        **MAPPING,
        "version": "faster",
        "scores": {**MAPPING["scores"], "engagement": {"half_life_days": 10, "half_point": 10}},
    }
)


def seen(story: Story, day: int, policy: Policy = POLICY) -> View:
    return view(story, on(day), policy, policy.fixed, SETTING)


@given(stories, as_of_days, as_of_days, st.sampled_from(METRICS), st.sampled_from([POLICY, FASTER]))
@settings(max_examples=20, deadline=None)
def test_differences_sum_exactly(story: Story, first: int, last: int, name: str, policy: Policy) -> None:
    (found,) = explain_diff(seen(story, first), seen(story, last, policy), name)
    assert set(found.sentences) == {"en", "zh"}
    if name in CATEGORIES:
        assert found.points is None
        assert all(part.points == part.after - part.before != 0 for part in found.parts)
        return
    assert found.points == (found.after or 0) - (found.before or 0)
    assert fsum(part.points for part in found.parts) == pytest.approx(found.points, abs=1e-8)
    assert all(part.points == part.after - part.before for part in found.parts)


def test_two_days_say_what_faded_and_what_came() -> None:
    story = [event("event.attended", 0, id_="e"), event("page.viewed", 10, id_="v")]
    (found,) = explain_diff(seen(story, 0), seen(story, 10), "engagement")
    assert [(part.kind, part.points < 0, part.events) for part in found.parts] == [
        ("event_attend", True, []),
        ("visit", False, ["shop/v"]),
    ]
    assert found.sentences["en"].startswith("Engagement goes from 42.6 to ")
    assert f"visits and searches (last {on(10).isoformat()})" in found.sentences["en"]
    assert found.sentences["zh"].startswith("参与由 42.6 变为 ")


def test_two_policies_are_compared_on_one_day() -> None:
    story = [event("event.attended", 0)]
    (found,) = explain_diff(seen(story, 10), seen(story, 10, FASTER), "engagement")
    assert found.points is not None
    assert found.points < 0


def test_without_a_name_the_shown_dimensions_and_what_moved_most_are_told() -> None:
    story = [order(0), *(order(30, 60_000) for _ in range(3))]
    found = explain_diff(seen(story, 10), seen(story, 30))
    assert [one.score for one in found[:7]] == [*SHOWN, "severe"]
    segment = found[0]
    assert (segment.before, segment.after) == ("potential", "high_value")
    assert segment.sentences["en"].startswith("Segment goes from potential to high value. Segment is high value: ")
    assert {part.component: (part.before, part.after) for part in segment.parts} == {
        "segment.rfm.fm": (2, 8),
        "segment.rfm.f": (1, 4),
        "segment.rfm.m": (1, 4),
        "segment.idle_days": (10, 0),
    }
    assert found[1].sentences["en"].startswith("Tier stays brand.")
    moved = found[7:]
    assert len(moved) == 5
    assert all(one.points for one in moved)


def test_the_same_day_and_policy_moved_nothing() -> None:
    before = seen([order(0)], 5)
    assert len(explain_diff(before, replace_view(before))) == 7


def replace_view(before: View) -> View:
    return before._replace(known=before.known._replace(policy=replace(POLICY, version="same")))
