"""Is a wrong policy refused with its place and its reason?"""

import copy
from typing import Any

import pytest
from tests.unit.scoring.build import MAPPING, POLICY

from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.kinds import KIND_ID, KINDS


def changed(path: str, value: Any) -> dict[str, Any]:
    """The shipped policy with one place changed, or taken away where the value is None; the rest is shared."""
    mapping = dict(MAPPING)
    *steps, last = path.split("/")
    place: Any = mapping
    for step in steps:
        key = int(step) if isinstance(place, list) else step
        place[key] = copy.copy(place[key])
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return mapping


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("scores/engagement/half_life_days", 0, "scores.engagement.half_life_days: must be above 0"),
        ("scores/engagement/half_life_days", -3, "scores.engagement.half_life_days: must be at least 0"),
        ("scores/experience/prior", 1.1, "scores.experience.prior: must be from 0 to 1"),
        ("scores/experience/prior", "high", "scores.experience.prior: must be a number"),
        ("scores/experience/known_from", None, "scores.experience.known_from: is missing"),
        ("scores/experience/half_live", 3, "scores.experience.half_live: is not a known key"),
        ("scores/enjoyment", {}, "scores.enjoyment: is not a known key"),
        ("scores/strength/weights/engagement", 0.5, "scores.strength.weights: must sum to 1"),
        (
            "scores/evolution/fast_half_life_days",
            400,
            "scores.evolution.fast_half_life_days: must be below slow_half_life_days",
        ),
        ("scores/churn_risk/low_below", 0.8, "scores.churn_risk.low_below: must not be above medium_below"),
        ("scores/personal_contact/kinds/hug", 1, "scores.personal_contact.kinds.hug: there is no kind 'hug'"),
        ("thresholds/recency", [15, 10, 75, 180], "thresholds.recency: cuts must not fall"),
        ("thresholds/recency", [15, 30, 75], "thresholds.recency: must be a list of 4 numbers"),
        ("thresholds/churn/h", 0, "thresholds.churn.h: must be above 0"),
        ("thresholds/m50_minor", 0, "thresholds.m50_minor: must be above 0"),
        ("scores/churn_risk/horizon_days", 90.5, "scores.churn_risk.horizon_days: must be a whole number"),
        ("key_account/top_share", 0, "key_account.top_share: must be above 0"),
        ("calibration/buyers_at_least", 0, "calibration.buyers_at_least: must be at least 1"),
        ("calibration/often", 1, "calibration.often: is not a known key"),
        ("quality/drift/excess_at_least", 2, "quality.drift.excess_at_least: must be from 0 to 1"),
        ("quality/drift", None, "quality.drift: is missing"),
        ("kinds/hug", {"types": ["hug.given"]}, "kinds.hug: there is no kind 'hug'"),
        ("kinds/visit/engagement/cap", 1.5, "kinds.visit.engagement.cap: must be a whole number"),
        ("kinds/visit/types", "page.viewed", "kinds.visit.types: must be a list of texts"),
        (
            "kinds/visit/types",
            ["order.completed"],
            "kinds.visit.types: order.completed becomes an order row and counts as no kind",
        ),
        ("kinds/complaint/experience/quality", 2, "kinds.complaint.experience.quality: must be from 0 to 1"),
        ("kinds/detractor/beside/nps", 2, "kinds.detractor.beside.nps: must be from 0 to 1"),
        ("tier/guard_days", 400, "tier.guard_days: must be from 0 to 365"),
        ("tier/intimate/strenght_at_least", 60, "tier.intimate.strenght_at_least: is not a known key"),
        (
            "segment/rules/0/segment",
            "gone",
            "segment.rules[0].segment: must be one of churned, potential, active, high_value",
        ),
        ("segment/rules/1/q_at_least", 3, "segment.rules[1].q_at_least: is not a known key"),
        ("severe/cap", "cold", "severe.cap: must be one of distant, brand, face_to_face, intimate"),
        ("status/dormant_from_days", 400, "status.dormant_from_days: must not be above lost_from_days"),
        ("scores/trust/prior", 2, "scores.trust.prior: must be from 0 to 1"),
        ("care/weights/cs", 0.2, "care.weights: must sum to 1"),
        ("stage/loyalty/tenure", 3, "stage.loyalty.tenure: is not a known key"),
        ("version", 1, "version: must be a text"),
        (
            "version",
            "../2",
            "version: must be 1 to 64 letters, digits, points, dashes or underscores, with no point in front",
        ),
        ("scores/engagement/half_point", 1e13, "scores.engagement.half_point: must be from 0 to 1e+12"),
        ("scores/engagement/half_point", 10**400, "scores.engagement.half_point: must be from 0 to 1e+12"),
        ("scores/engagement/half_point", float("nan"), "scores.engagement.half_point: must be a number"),
        ("scores/engagement/half_point", True, "scores.engagement.half_point: must be a number"),
        ("thresholds/monetary", [1, 2, 3, 10**400], "thresholds.monetary: cuts must be from 0 to 1e+12"),
        ("thresholds/monetary", [1, 2, float("inf"), 4], "thresholds.monetary: must be a list of 4 numbers"),
        ("segment/rules/0/r_at_most", 6, "segment.rules[0].r_at_most: must be from 1 to 5"),
        ("segment/rules/1/fm_at_least", 11, "segment.rules[1].fm_at_least: must be from 2 to 10"),
        (
            "segment/rules/1",
            {"segment": "active"},
            "segment.rules[1].segment: needs a limit beside it: it would hold for everybody",
        ),
        ("stage/guard_days", -1, "stage.guard_days: must be from 0 to 365"),
        ("scores/strength/raise_from", 90, "scores.strength.raise_from: must be below raise_full"),
        ("tier", 3, "tier: must be a mapping"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(path: str, value: Any, told: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        Policy.from_mapping(changed(path, value))
    assert str(refused.value) == told


OPEN = {"kinds", "types", "touchpoints", "questions", "points"}
"""Lists of what counts: every entry may be left out."""


def leaves(mapping: dict[str, Any], path: str = "") -> list[str]:
    """The path of every key that a policy must have."""
    found: list[str] = []
    for key, value in mapping.items():
        place = f"{path}/{key}" if path else key
        if key not in OPEN:
            found.append(place)
            found += leaves(value, place) if isinstance(value, dict) else []
    return found


def test_a_policy_that_lacks_any_one_key_is_refused_with_the_key() -> None:
    for path in leaves(MAPPING):
        with pytest.raises(PolicyInvalid) as refused:
            Policy.from_mapping(changed(path, None))
        assert str(refused.value) == f"{path.replace('/', '.')}: is missing"


def test_a_policy_with_a_half_life_of_zero_anywhere_is_refused_with_the_key() -> None:
    half_lives = [path for path in leaves(MAPPING) if path.endswith("half_life_days")]
    assert len(half_lives) >= 10
    for path in half_lives:
        with pytest.raises(PolicyInvalid) as refused:
            Policy.from_mapping(changed(path, 0))
        assert str(refused.value) == f"{path.replace('/', '.')}: must be above 0"


def test_a_policy_with_an_unknown_key_anywhere_is_refused_with_the_key() -> None:
    sections = [path for path in leaves(MAPPING) if isinstance(value_at(path), dict)]
    assert len(sections) >= 20
    for path in sections:
        with pytest.raises(PolicyInvalid) as refused:
            Policy.from_mapping(changed(f"{path}/halflife", 3))
        assert "halflife: " in str(refused.value)


def value_at(path: str) -> Any:
    place: Any = MAPPING
    for step in path.split("/"):
        place = place[step]
    return place


def test_kinds_keep_their_numbers_whatever_order_a_policy_lists_them_in() -> None:
    backwards = {**MAPPING, "kinds": dict(reversed(MAPPING["kinds"].items()))}
    assert list(Policy.from_mapping(backwards).kinds.points) == list(POLICY.kinds.points)
    assert POLICY.kinds.points[KIND_ID["event_attend"]] == 8


def test_numbers_of_kinds_are_never_moved() -> None:
    # Rows in databases hold these numbers: append to KINDS, never insert or reorder.
    assert KINDS[:3] == ("other", "visit", "open")
    assert KINDS.index("outbound_msg") == 18
    assert KINDS.index("complaint") == 26
    assert KINDS.index("feedback_missed") == 39


def test_thresholds_take_missing_members_from_those_in_force() -> None:
    draft = Thresholds.from_mapping({"recency": [1, 2, 3, 4], "churn": {"h": 60}}, version="draft", base=POLICY.fixed)
    assert draft.recency == (1, 2, 3, 4)
    assert (draft.churn_h, draft.churn_r, draft.churn_alpha) == (60, 0.5, 60)
    assert draft.frequency == POLICY.fixed.frequency
    assert Thresholds.from_mapping(draft.as_mapping(), version="draft") == draft


def test_unknown_members_of_thresholds_are_refused() -> None:
    with pytest.raises(PolicyInvalid, match=r"thresholds\.recentness: is not a known key"):
        Thresholds.from_mapping({"recentness": [1, 2, 3, 4]}, base=POLICY.fixed)
