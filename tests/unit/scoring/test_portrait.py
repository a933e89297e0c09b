"""Is the portrait independent of order and repetition, blind to later days, bounded, and are its nulls explained?"""

import copy
from dataclasses import asdict, fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import MAPPING, at, event, order
from tests.unit.scoring.portraits import drawn, items
from tests.unit.scoring.stories import as_of_days, days, stories

from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid
from scoring.domain.portrait.portrait import Portrait
from scoring.domain.state.replay import Interaction

NEVER_NULL = {"outside_events", "profiling_refused", "events_read", "is_cut"}
CARD_CODES = {"no_events", "too_few", "no_purchase", "no_outbound"}
CODES = CARD_CODES | {"no_base", "profiling_refused", "not_distant"}

wishes = st.builds(
    lambda day, key, value: event("preference.stated", day, preference={"key": key, "value": value}),
    days,
    st.sampled_from(["drink", "category"]),
    st.sampled_from(["tea", "coffee", None, ["tea", "cups"]]),
)
words = st.builds(
    lambda type_, day, purpose: event(type_, day, consent={"purpose": purpose, "channel": "*"}),
    st.sampled_from(["consent.granted", "consent.withdrawn"]),
    days,
    st.sampled_from(["profiling", "care"]),
)
baskets = st.builds(
    lambda day, told, channel: order(day, 5000, items=items(*told), channel=channel),
    days,
    st.lists(st.sampled_from(["tea", "coffee", "cups"]), max_size=3),
    st.sampled_from(["web", "store"]),
)
lives = st.builds(
    lambda story, more: [*story, *more], stories, st.lists(st.one_of(wishes, words, baskets), max_size=10)
)


def nulls(path: str, value: Any) -> set[str]:
    """Where a drawn portrait is null, lists aside."""
    if value is None:
        return {path}
    if isinstance(value, dict):
        return {each for name, inner in value.items() for each in nulls(f"{path}.{name}", inner)}
    return set()


@settings(max_examples=25, deadline=None)
@given(lives, as_of_days, st.randoms())
def test_order_repetition_and_later_days_change_nothing(story: list[Interaction], day: int, chance: Any) -> None:
    mixed = [*story, *story]
    chance.shuffle(mixed)
    first = asdict(drawn(story, day=day))
    assert asdict(drawn(mixed, day=day)) == first
    assert asdict(drawn([one for one in story if one.time < at(day, 24)], day=day)) == first


@settings(max_examples=25, deadline=None)
@given(lives, as_of_days)
def test_every_null_has_its_code_and_every_score_its_range(story: list[Interaction], day: int) -> None:
    found = drawn(story, day=day)
    told = asdict(found)
    explained = set(found.unknown)
    # What has no end, never happened or nobody waits for says so by itself.
    plain = {"expires_on", "ended_on", "since", "waiting_since", "next_expires_on"}
    for name in ("habits", "preferences", "portrait"):
        missing = {path for path in nulls(name, told[name]) if path.rsplit(".", 1)[-1] not in plain}
        assert missing == {path for path in explained if path.split(".")[0] == name}
    assert set(found.unknown.values()) <= CODES
    for name in ("axes", "contactability", "brand_identification", "affinity_index", "fit", "effort"):
        for key, value in (told["portrait"][name] or {}).items():
            if key in ("score", "cognition", "emotion", "behaviour", "effort") and value is not None:
                assert 0 <= value <= 100


def test_somebody_of_whom_nothing_is_known_has_an_empty_portrait() -> None:
    found = drawn([], day=0)
    assert found.habits is None
    assert found.preferences is None
    empty = {one.name for one in fields(Portrait) if getattr(found.portrait, one.name) is None}
    # Nobody is near without having done anything: the relationship is distant, for want of all.
    assert empty == {one.name for one in fields(Portrait)} - NEVER_NULL - {"distance"}
    assert found.unknown["habits"] == "no_purchase"
    assert found.unknown["portrait.stickiness"] == "no_events"


def test_who_refuses_profiling_is_not_profiled() -> None:
    bought = [order(day, items=items("tea"), channel="web") for day in range(3)]
    found = drawn([*bought, event("consent.withdrawn", 3, consent={"purpose": "profiling", "channel": "*"})], day=3)
    told = asdict(found)
    for path in ("habits", "portrait.category_affinity", "portrait.cross_sell", "portrait.price_sensitivity"):
        outer = path.split(".", maxsplit=1)[0]
        assert path in nulls(outer, told[outer])
        assert found.unknown[path] == "profiling_refused"
    assert found.portrait.profiling_refused


def test_of_very_many_events_the_newest_are_read_and_the_cut_is_told() -> None:
    visits = [event("page.viewed", day) for day in range(12)]
    found = drawn(visits, day=12, most=10).portrait
    assert (found.events_read, found.is_cut) == (10, True)
    assert found.relation is not None
    assert found.relation.n == 10
    assert drawn(visits, day=12, most=12).portrait.is_cut is False


def changed(path: str, value: Any) -> dict[str, Any]:
    mapping = copy.deepcopy(MAPPING)
    place: Any = mapping["portrait"]
    *steps, last = path.split("/")
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return mapping


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("habits/half_life_days", 0, "portrait.habits.half_life_days: must be above 0"),
        ("habits/orders_at_least", 1, "portrait.habits.orders_at_least: must be at least 2"),
        ("habit", {}, "portrait.habit: is not a known key"),
        ("stickiness", None, "portrait.stickiness: is missing"),
        ("preferences/shift/at_least", 2, "portrait.preferences.shift.at_least: must be from 0 to 1"),
        ("price_sensitivity/medium_from", 0.7, "portrait.price_sensitivity.medium_from: must not be above high_from"),
        ("fit/weights/kept", 0.5, "portrait.fit.weights: must sum to 1"),
        ("affinity_index/weights/kept", 0.4, "portrait.affinity_index.weights: must sum to 1"),
        ("profile_quality/weights/name", 0.3, "portrait.profile_quality.weights: must sum to 1"),
        ("profile_quality/weights/shoe_size", 0.3, "portrait.profile_quality.weights.shoe_size: is not a known key"),
        ("pain/kinds/hug", 1, "portrait.pain.kinds.hug: there is no kind 'hug'"),
        ("axes/points/hug", 1, "portrait.axes.points.hug: there is no kind 'hug'"),
        ("brand_identification/points/hug", 1, "portrait.brand_identification.points.hug: there is no kind 'hug'"),
        (
            "experience_parts/product/kinds/review/quality",
            2,
            "portrait.experience_parts.product.kinds.review.quality: must be from 0 to 1",
        ),
        ("value/z", 2, "portrait.value.z: must be the normal quantile of level: 1.281552 for 0.8"),
        ("relation/promises/member/zh", None, "portrait.relation.promises.member.zh: is missing"),
        ("balance/worths_minor/idea", -1, "portrait.balance.worths_minor.idea: must be at least 0"),
        ("outside_events/shown_for_days", 1.5, "portrait.outside_events.shown_for_days: must be a whole number"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(path: str, value: Any, told: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        Policy.from_mapping(changed(path, value))
    assert str(refused.value) == told
