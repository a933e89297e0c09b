"""Do the shipped tests describe the shipped policy, and is a wrong test refused with its place?"""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.scoring.build import MAPPING, POLICY, SETTING, ZONE
from tests.unit.scoring.test_policy import changed

from scoring.domain.policy.fixture import read_fixtures
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS, Policy
from scoring.domain.policy.reading import PolicyInvalid
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_policy_folder import read_policy_folder
from scoring.usecases.run_policy_tests import PolicyTestsFailed, check_passed, run_policy_tests

DEPLOYMENT = Deployment(partitions=6, zone=ZONE, setting=SETTING)
SHIPPED = read_policy_folder(Path("policies")).tests


def test_the_shipped_tests_hold_and_show_every_tier_stage_and_segment() -> None:
    results = run_policy_tests(read_fixtures(SHIPPED), POLICY, deployment=DEPLOYMENT)
    check_passed(results, "shipped")
    for dimension, values in (("tier", TIERS), ("stage", STAGES), ("segment", SEGMENTS)):
        assert {one.got[dimension] for one in results if dimension in one.got} == set(values)


@pytest.mark.parametrize(
    ("path", "value", "name", "differs"),
    [
        (
            "tier/guard_days",
            0,
            "a tier that was earned is kept for the days of its guard",
            {"tier": {"expected": "brand", "got": "distant"}},
        ),
        (
            "severe/kinds",
            [],
            "a complaint of last week that nobody has settled keeps an intimate customer out of the innermost tier",
            {"tier": {"expected": "face_to_face", "got": "intimate"}},
        ),
        (
            "status/lost_from_days",
            500,
            "who stayed away for a year is lost",
            {"status": {"expected": "lost", "got": "dormant"}},
        ),
    ],
)
def test_a_policy_that_means_something_else_fails_a_shipped_test(
    path: str, value: Any, name: str, differs: dict[str, Any]
) -> None:
    policy = Policy.from_mapping(changed(path, value))
    results = run_policy_tests(read_fixtures(SHIPPED), policy, deployment=DEPLOYMENT)
    assert {one.name: one.differs for one in results if not one.passed} == {name: differs}
    with pytest.raises(PolicyTestsFailed, match="Correct the policy, or give a test of the same name"):
        check_passed(results, "draft")


def test_a_fixture_brings_its_own_thresholds_and_money_in_the_base_currency() -> None:
    told = {
        "name": "one large order",
        "as_of": "2026-11-30",
        "interactions": [{"type": "order.completed", "days_ago": 1, "data": {"amount_minor": 90_000}}],
        "expect": {"key_account": True},
    }
    few = {**told, "name": "few are large", "thresholds": {"key_account_minor": 90_000}}
    plain, own = run_policy_tests(read_fixtures([told, few]), POLICY, deployment=DEPLOYMENT)
    assert (plain.got, own.got) == ({"key_account": False}, {"key_account": True})


ONE = {
    "name": "one",
    "as_of": "2026-11-30",
    "interactions": [{"type": "page.viewed", "days_ago": 0}],
    "expect": {"tier": "distant"},
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"expect": {}}, "tests[0].expect: must name one of segment, tier, stage, status, key_account, churn_band"),
        ({"expect": {"tier": "near"}}, "tests[0].expect.tier: must be one of distant, brand, face_to_face, intimate"),
        ({"expect": {"key_account": 1}}, "tests[0].expect.key_account: must be one of false, true"),
        ({"expect": {"mood": "good"}}, "tests[0].expect.mood: is not a known key"),
        ({"as_of": "tomorrow"}, "tests[0].as_of: must be a day as 2026-11-30"),
        ({"as_of": "2200-01-01"}, "tests[0].as_of: must be a day from 1970-01-01 to 2100-12-31"),
        ({"name": ""}, "tests[0].name: must be a text"),
        ({"name": "n" * 201}, "tests[0].name: must have at most 200 characters"),
        ({"note": "why"}, "tests[0].note: is not a known key"),
        ({"thresholds": []}, "tests[0].thresholds: must be a mapping"),
        ({"interactions": [{"type": "page.viewed"}]}, "tests[0].interactions[0].days_ago: must stand here, or `time`"),
        (
            {"interactions": [{"type": "page.viewed", "days_ago": 1, "time": "2026-11-29T00:00:00Z"}]},
            "tests[0].interactions[0].days_ago: must stand here, or `time`, and not both",
        ),
        (
            {"interactions": [{"type": "page.viewed", "days_ago": [1, "2"]}]},
            "tests[0].interactions[0].days_ago: must be a whole number of days, or a list of such",
        ),
        ({"interactions": [{"type": "page.viewed", "days_ago": 1, "data": 3}]}, "interactions[0].data: must be a map"),
        ({"interactions": [{"type": "page.viewed", "days_ago": 1, "dat": {}}]}, "interactions[0].dat: is not a known"),
        ({"interactions": "none"}, "tests[0].interactions: must be a list of mappings"),
    ],
)
def test_a_wrong_fixture_is_refused_with_its_place(change: dict[str, Any], told: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_fixtures([{**ONE, **change}])
    assert told in str(refused.value)


def test_two_fixtures_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyInvalid, match=r"tests\[1\]\.name: there is another test of the name 'one'"):
        read_fixtures([ONE, ONE])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"thresholds": {"recency": [4, 3, 2, 1]}}, "tests[one].thresholds.recency: cuts must not fall"),
        (
            {"interactions": [{"type": "order.completed", "days_ago": 1, "data": {"amount_minor": "much"}}]},
            "tests[one].interactions: cannot be replayed: ",
        ),
        (
            {"interactions": [{"type": "page.viewed", "time": "yesterday"}]},
            "tests[one].interactions: cannot be replayed: ",
        ),
        (
            {"interactions": [{"type": "page.viewed", "days_ago": [1] * 2501}]},
            "tests[one].interactions: must be at most 2500",
        ),
    ],
)
def test_a_fixture_that_cannot_be_replayed_is_refused_with_its_name(change: dict[str, Any], told: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        run_policy_tests(read_fixtures([{**ONE, **change}]), Policy.from_mapping(MAPPING), deployment=DEPLOYMENT)
    assert told in str(refused.value)


def test_fixtures_that_are_too_many_events_together_are_refused() -> None:
    many = [
        {**ONE, "name": f"{n}", "interactions": [{"type": "page.viewed", "days_ago": [1] * 2500}]} for n in range(9)
    ]
    with pytest.raises(PolicyInvalid, match="tests: must have at most 20000 interactions together"):
        run_policy_tests(read_fixtures(many), POLICY, deployment=DEPLOYMENT)
