"""What does `guanxi policy` read, compare and print, without a running system?"""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from guanxi_cli.__main__ import make_app
from guanxi_cli.local.problem import Problem
from guanxi_cli.policy.diff import changed_keys
from guanxi_cli.policy.documents import named_file, read_tests
from guanxi_cli.policy.terminal import (
    print_changes,
    print_draft,
    print_forecast,
    print_tests,
    print_versions,
    print_what_if,
)

SHIPPED: dict[str, Any] = yaml.safe_load(Path("policies/scoring.yaml").read_text("utf-8"))


def printed(print_: Any, *answers: Any) -> str:
    out = StringIO()
    print_(Console(file=out, width=140, color_system=None), *answers)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": "2"}, []),
        ({"tier": {**SHIPPED["tier"], "guard_days": 14}}, [("tier.guard_days", "30", "14")]),
        ({"tier": {**SHIPPED["tier"], "guard_days": 30.0}}, []),
        ({"mood": {"good": True, "bad": None}}, [("mood.good", "(absent)", "true"), ("mood.bad", "(absent)", "null")]),
        (
            {"thresholds": {**SHIPPED["thresholds"], "recency": [10, 30, 75, 180]}},
            [("thresholds.recency", "[15, 30, 75, 180]", "[10, 30, 75, 180]")],
        ),
        (
            {"segment": {**SHIPPED["segment"], "rules": SHIPPED["segment"]["rules"][:4]}},
            [
                ("segment.rules[4].segment", "active", "(absent)"),
                ("segment.rules[4].fm_at_least", "8", "(absent)"),
            ],
        ),
    ],
)
def test_the_keys_that_differ_are_told_with_both_values(
    change: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    assert changed_keys(SHIPPED, SHIPPED | change) == told


def test_differences_and_their_absence_are_printed() -> None:
    assert "scoring.yaml and live say the same." in printed(print_changes, "scoring.yaml", "live", [])
    table = printed(print_changes, "1", "2", [("segment.rules[0].f", "[1, 2]", "(absent)")])
    assert "segment.rules[0].f" in table
    assert "[1, 2]" in table


def test_the_tests_of_a_file_take_over_its_thresholds(tmp_path: Path) -> None:
    told = read_tests(Path("policies/tests/stages.yaml"))
    assert len(told) == 5
    assert {test["as_of"] for test in told} == {"2026-11-30"}
    assert all(test["thresholds"]["key_account_minor"] == 200_000 for test in told)
    assert read_tests(None) == []
    bad = tmp_path / "bad.yaml"
    for text, why in (("[1]", "must hold a mapping"), ("a: [", "is no YAML")):
        bad.write_text(text)
        with pytest.raises(Problem, match=why):
            read_tests(bad)


def test_only_failed_tests_are_printed_with_what_came_out() -> None:
    failed = {
        "name": "[x] is distant",
        "passed": False,
        "expected": {"tier": "distant"},
        "got": {"tier": "brand"},
        "differs": {"tier": {"expected": "distant", "got": None}},
    }
    passed = {"name": "y", "passed": True, "expected": {}, "got": {}, "differs": {}}
    text = printed(print_tests, {"version": "2", "passed": 1, "failed": 1, "tests": [failed, passed]})
    assert "FAILED  [x] is distant" in text
    assert "tier: expected distant, got none" in text
    assert "1 passed, 1 failed (policy 2)" in text
    assert printed(print_tests, {"version": "2", "passed": 1, "failed": 0, "tests": [passed]}).splitlines() == [
        "1 passed, 0 failed (policy 2)"
    ]


def test_a_draft_that_got_another_name_than_its_file_gives_says_so() -> None:
    taken = "There is a policy closer already, and versions never change: this draft is stored as closer.2."
    draft = {"version": "closer.2", "author": "ann", "passed": 20, "failed": 0, "tests": [], "message": taken}
    lines = printed(print_draft, draft).splitlines()
    assert lines[:4] == [
        "20 passed, 0 failed (policy closer.2)",
        taken,
        "",
        "Draft closer.2 is stored. Next: guanxi policy what-if closer.2",
    ]
    assert taken not in printed(print_draft, draft | {"message": None})


def test_a_draft_that_fails_a_test_is_not_said_to_be_ready_for_publication() -> None:
    draft = {"version": "bold", "author": "ann", "passed": 19, "failed": 1, "tests": [], "message": None}
    text = printed(print_draft, draft)
    assert "Draft bold is stored, and cannot be published as it is: 1 test fails." in text
    assert "another key" not in text


def test_no_test_at_all_is_not_told_as_a_success() -> None:
    text = printed(print_tests, {"version": "2", "passed": 0, "failed": 0, "tests": []})
    assert text.splitlines() == ["There is no test of policy 2: nothing was checked."]


@pytest.mark.parametrize("named", ["nope.yaml", "nope.yml", "folder/nope"])
def test_what_can_only_be_a_file_and_is_none_is_told_as_a_missing_file(named: str) -> None:
    with pytest.raises(Problem, match=f"there is no file {named}"):
        named_file(named)


def test_a_name_without_an_ending_is_a_version_unless_there_is_such_a_file(tmp_path: Path) -> None:
    assert named_file("closer.2") is None
    (tmp_path / "closer").touch()
    assert named_file(str(tmp_path / "closer")) == tmp_path / "closer"


def test_versions_are_printed_with_their_state() -> None:
    row = {
        "version": "2",
        "state": "draft",
        "author": "ann",
        "note": "bolder [x]",
        "loaded_at": "2026-11-30T10:00:00Z",
        "published_at": None,
        "published_by": None,
    }
    text = printed(print_versions, [row])
    assert all(word in text for word in ("2", "draft", "ann", "2026-11-30 10:00", "bolder [x]"))


RESULT: dict[str, Any] = {
    "as_of": "2026-11-30",
    "currency": "GBP",
    "live": {"policy": "1", "thresholds": "fixed"},
    "draft": {"policy": "2", "thresholds": "fixed"},
    "customers": 1000,
    "moved": 25,
    "moved_share": 0.025,
    "dimensions": [
        {
            "dimension": "status",
            "moved": 25,
            "moved_monetary_minor": 1_234_500,
            "matrix": [
                {"from": None, "to": None, "customers": 75, "monetary_minor": 0},
                {"from": "active", "to": "active", "customers": 900, "monetary_minor": 9},
                {"from": "active", "to": "dormant", "customers": 25, "monetary_minor": 1_234_500},
            ],
        },
        {"dimension": "tier", "moved": 0, "moved_monetary_minor": 0, "matrix": []},
    ],
    "movers": [
        {
            "customer": "c_abc",
            "monetary_minor": 99_900,
            "changes": [{"dimension": "status", "from": "active", "to": "dormant"}],
        }
    ],
    "notes": ["Which events count as cart differs."],
}


def test_a_what_if_is_printed_as_matrices_movers_and_notes() -> None:
    text = printed(print_what_if, RESULT)
    assert "policy 2 would move 25 of 1,000 customers (2.5%)" in text
    assert "status: 25 move, with 12,345 GBP a year" in text
    assert "status active > dormant" in text
    assert "999 GBP" in text
    assert "Nobody moves in tier." in text
    assert "Which events count as cart differs." in text


def test_one_who_moves_is_told_in_the_singular() -> None:
    status, _ = RESULT["dimensions"]
    moved = {"customers": 1, "moved": 1, "dimensions": [status | {"moved": 1}]}
    text = printed(print_what_if, RESULT | moved)
    assert "policy 2 would move 1 of 1 customer (" in text
    assert "status: 1 moves, with" in text


def test_the_care_that_would_follow_is_printed_with_its_cost_and_why_the_rest_stays_still() -> None:
    still = {"playbook": "birthday", "fires": False, "en": "no trigger on a change of the relationship"}
    fires = {
        "playbook": "win_back",
        "fires": True,
        "customers_at_most": 25,
        "actions_at_most": {"message": 25, "task": 25},
        "cost_minor_at_most": 50_000,
    }
    text = printed(print_forecast, {"data": [fires, still]}, "GBP")
    assert "25 messages, 25 tasks" in text
    one = printed(print_forecast, {"data": [fires | {"actions_at_most": {"survey_request": 1}}]}, "GBP")
    assert "1 survey request " in one
    assert "500 GBP" in text
    assert "birthday: no trigger on a change of the relationship" in text
    assert "No care would follow:" in printed(print_forecast, {"data": [still]}, "GBP")


@pytest.mark.parametrize("arguments", [["list"], ["publish", "2"], ["draft", "policies/scoring.yaml"]])
def test_a_home_that_was_never_up_is_told_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    environment = {"GUANXI_HOME": str(tmp_path / "home"), "GUANXI_PORT_BASE": "9000"}
    result = CliRunner().invoke(make_app(), ["policy", *arguments], env=environment)
    assert isinstance(result.exception, Problem)
    assert "run guanxi up first" in str(result.exception)
