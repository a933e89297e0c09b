"""What does a customer like, who says so, how sure is it, and has it changed?"""

from typing import Any

import pytest
from tests.unit.scoring.build import event, on, order
from tests.unit.scoring.portraits import RULES, items, past_of

from scoring.domain.portrait.preferences import Fact, Preferences, preferences
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.replay import Interaction

RULE = RULES.preferences


def stated(day: int, key: str, value: object, **more: object) -> Interaction:
    return event("preference.stated", day, preference={"key": key, "value": value, **more})


def told(*events: Interaction, day: int = 0, refused: bool = False) -> Preferences:
    found = preferences(past_of(*events, day=day), RULE, refused=refused)
    assert isinstance(found, Preferences)
    return found


def fact(found: Preferences, key: str) -> Fact:
    return next(one for one in found.facts if one.key == key)


def test_without_a_word_or_a_deed_there_is_no_preference() -> None:
    assert preferences(past_of(), RULE, refused=False) is Unknown.NO_EVENTS


@pytest.mark.parametrize(("age", "confidence"), [(0, 0.8), (365, 0.4), (730, 0.2)])
def test_a_stated_preference_fades_to_half_in_a_year(age: int, confidence: float) -> None:
    found = fact(told(stated(0, "drink", "tea", confidence=0.8), day=age), "drink")
    assert (found.confidence, found.told_confidence, found.source) == (confidence, 0.8, "stated")


@pytest.mark.parametrize(("day", "known"), [(9, True), (10, True), (11, False)])
def test_a_preference_holds_until_the_end_of_its_last_day(day: int, known: bool) -> None:
    found = preferences(
        past_of(stated(0, "room", "quiet", expires_on=on(10).isoformat()), day=day), RULE, refused=False
    )
    assert isinstance(found, Preferences) is known


def test_what_runs_out_gives_its_place_to_the_value_before_it() -> None:
    tea = stated(0, "drink", "tea")
    coffee = stated(1, "drink", "coffee", expires_on=on(5).isoformat())
    assert fact(told(tea, coffee, day=5), "drink").value == "coffee"
    assert fact(told(tea, coffee, day=6), "drink").value == "tea"


def test_null_takes_a_preference_back() -> None:
    found = preferences(past_of(stated(0, "drink", "tea"), stated(1, "drink", None), day=1), RULE, refused=True)
    assert found is Unknown.NO_EVENTS


def test_behaviour_shows_preferences_with_less_confidence_than_words() -> None:
    found = told(*(order(0, channel="web", items=items("tea")) for _ in range(3)))
    shown = fact(found, "channel")
    assert (shown.value, shown.confidence, shown.source) == ("web", 0.5, "shown")
    assert fact(found, "category").value == "tea"
    assert fact(found, "day_part").value == "afternoon"


def test_who_refuses_profiling_keeps_only_what_was_said() -> None:
    found = told(stated(0, "drink", "tea"), order(0, channel="web"), refused=True)
    assert [one.source for one in found.facts] == ["stated"]
    assert found.shown_left_out


def test_staff_marks_a_preference_as_used() -> None:
    used = event("preference.used", 3, preference={"key": "drink"})
    assert fact(told(stated(0, "drink", "tea"), used, day=4), "drink").used_on == on(3)


def test_a_changed_word_is_a_changed_need() -> None:
    found = told(stated(0, "drink", "tea"), stated(50, "drink", "coffee"), day=60)
    assert [(one.was, one.now, one.source, one.since) for one in found.shifts] == [("tea", "coffee", "stated", on(50))]


def test_a_moved_mix_of_categories_is_a_changed_need() -> None:
    old = [order(day, items=items("tea")) for day in (0, 20, 40, 60)]
    new = [order(day, items=items("coffee")) for day in (200, 210, 220)]
    moved = [one for one in told(*old, *new, day=230).shifts if one.key == "category"]
    assert [(one.was, one.now, one.size, one.since) for one in moved] == [("tea", "coffee", 1.0, on(200))]
    few = told(*old, *new[:2], day=230)
    assert not [one for one in few.shifts if one.key == "category"]


@pytest.mark.parametrize(
    "broken",
    [
        {"preference": "tea"},
        {"preference": {"value": "tea"}},
        {"preference": {"key": "drink", "value": "x" * 2000}},
        {},
    ],
)
def test_what_states_nothing_is_passed_over(broken: dict[str, Any]) -> None:
    found = preferences(past_of(event("preference.stated", 0, **broken)), RULE, refused=True)
    assert found is Unknown.NO_EVENTS
