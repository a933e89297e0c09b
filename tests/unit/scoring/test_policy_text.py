"""Is a policy file that cannot be read refused with its line?"""

from pathlib import Path

import pytest
from tests.unit.scoring.build import MAPPING

from scoring.usecases.read_policy_folder import PolicyFileInvalid, PolicyFileUnreadable, read_policy_folder
from scoring.usecases.read_policy_text import PolicyTextUnreadable, read_policy_text

SHIPPED = Path("policies")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "The policy, line 2: says a twice, first in line 1."),
        ("a: {b: 1, c: 2, b: 3}\n", "The policy, line 1: says a.b twice, first in line 1."),
        ("a: &x {b: 1}\nc: *x\n", "The policy, line 2: is no YAML: aliases are not allowed."),
        ("- 1\n- 2\n", "The policy, line 1: must hold a mapping."),
        ("", "The policy, line 1: must hold a mapping."),
        ("a: 1\nb: [1, 2\n", "The policy, line 3: is no YAML"),
        ("a: !!python/object:os.system {}\n", "The policy, line 1: is no YAML"),
        ("a: " + "[" * 50, "is no YAML: nested too deep"),
        ("a: 2026-13-45\n", "The policy, line 1: holds a value that there is not"),
        ("? [1, 2]\n: 3\n", "The policy, line 1: has a key that is no text."),
        ("a: \x00\n", "The policy, line 1: is no YAML: a character that YAML does not allow."),
    ],
)
def test_a_text_that_is_no_plain_mapping_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(PolicyTextUnreadable) as refused:
        read_policy_text(text)
    assert told in refused.value.message


def test_the_line_of_a_key_or_of_what_it_should_stand_in_is_known() -> None:
    said = read_policy_text("version: '1'\nsegment:\n  rules:\n    - {segment: churned}\n    - segment: active\n")
    assert said.line_of("segment.rules[1].segment") == 5
    assert said.line_of("segment.rules[0].r_at_most") == 4
    assert said.line_of("segment.guard_days") == 2
    assert said.line_of("tier") == 1


def folder(tmp_path: Path, *, policy: tuple[str, str] = ("", ""), tests: str | None = None) -> Path:
    """The shipped policy with one text replaced by another, and perhaps a file of tests."""
    text = (SHIPPED / "scoring.yaml").read_text("utf-8")
    assert policy[0] in text
    (tmp_path / "scoring.yaml").write_text(text.replace(*policy, 1) if policy[0] else text)
    if tests is not None:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "own.yaml").write_text(tests)
    return tmp_path


def test_the_shipped_files_say_the_shipped_policy() -> None:
    assert read_policy_folder(SHIPPED).body == MAPPING


def test_a_wrong_entry_of_the_file_is_told_with_file_line_path_and_reason(tmp_path: Path) -> None:
    where = folder(tmp_path, policy=("status: {dormant_from_days: 180", "status: {dormant_from_days: 900"))
    lines = (where / "scoring.yaml").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith("status:"))
    with pytest.raises(PolicyFileInvalid) as refused:
        read_policy_folder(where)
    assert refused.value.message == (
        f"{where}/scoring.yaml, line {line}: status.dormant_from_days: must not be above lost_from_days. "
        "The policy in force stays."
    )
    assert refused.value.data["path"] == "status.dormant_from_days"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileUnreadable, match=r"scoring.yaml cannot be read: .*No such file"):
        read_policy_folder(tmp_path)


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ("tests: [{name: a}]\n", "own.yaml, line 1: tests[0].expect: is missing"),
        (
            "tests:\n  - name: a\n    as_of: soon\n    expect: {tier: brand}\n",
            "own.yaml, line 3: tests[0].as_of: must be",
        ),
        ("tests: []\ntest: []\n", "own.yaml, line 2: test: is not a known key"),
        ("tests: 3\n", "own.yaml, line 1: tests: must be a list of mappings"),
        ("thresholds: {}\n", "own.yaml, line 1: tests: is missing"),
        ("tests: [3]\nthresholds: {}\n", "own.yaml, line 1: tests[0]: must be a mapping"),
    ],
)
def test_a_wrong_test_of_a_file_is_told_with_file_line_path_and_reason(tmp_path: Path, tests: str, told: str) -> None:
    with pytest.raises(PolicyFileInvalid) as refused:
        read_policy_folder(folder(tmp_path, tests=tests))
    assert told in refused.value.message
