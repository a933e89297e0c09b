"""What do the policy files say: scoring.yaml, and the tests beside it in tests/*.yaml?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from common.errors import Malformed
from scoring.domain.policy.fixture import read_fixtures
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.usecases.read_policy_text import PolicyText, read_policy_text

FILE: Final = "scoring.yaml"
TESTS: Final = "tests/*.yaml"
STAYS: Final = "The policy in force stays."


class PolicyFileUnreadable(Malformed):
    """The policy file is absent or no text."""

    code = "policy_file_unreadable"


class PolicyFileInvalid(Malformed):
    """A policy file breaks a rule: `file`, `line`, `path` of the key and `why`."""

    code = "policy_file_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFolder:
    """The policy as told and as typed, and the tests of every file, as JSON."""

    body: dict[str, Any]  # checked by Policy.from_mapping
    policy: Policy
    tests: list[dict[str, Any]]  # checked by read_fixtures


def read_policy_folder(folder: Path) -> PolicyFolder:
    """Read and check the files. Raises PolicyFileUnreadable, PolicyTextUnreadable, PolicyFileInvalid."""
    tests = [test for each in sorted(folder.glob(TESTS)) for test in _read_tests(each)]
    path = folder / FILE
    said = _read(path)
    try:
        policy = Policy.from_mapping(said.mapping)
    except PolicyInvalid as err:
        raise _invalid(path, said, err) from err
    try:
        read_fixtures(tests)  # names are unique over all files
    except PolicyInvalid as err:
        raise PolicyFileInvalid(f"{folder / TESTS}: {err.message}. {STAYS}", **err.data) from err
    return PolicyFolder(body=said.mapping, policy=policy, tests=tests)


def _read_tests(path: Path) -> list[dict[str, Any]]:
    """`thresholds` of a file stand for each of its tests that has none."""
    said = _read(path)
    top = Section(said.mapping, "")
    try:
        shared = {"thresholds": top.take("thresholds")} if top.has("thresholds") else {}
        told = top.take("tests")
        top.sections("tests")
        top.finish()
        tests = [shared | test for test in told]
        read_fixtures(tests)
    except PolicyInvalid as err:
        raise _invalid(path, said, err) from err
    found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(tests))
    return found


def _read(path: Path) -> PolicyText:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as err:
        raise PolicyFileUnreadable(f"{path} cannot be read: {err}. {STAYS}") from err
    return read_policy_text(text, file=str(path))


def _invalid(path: Path, said: PolicyText, err: PolicyInvalid) -> PolicyFileInvalid:
    place: dict[str, Any] = {"file": str(path), "line": said.line_of(err.data["path"])}
    return PolicyFileInvalid(f"{path}, line {place['line']}: {err.message}. {STAYS}", **place, **err.data)
