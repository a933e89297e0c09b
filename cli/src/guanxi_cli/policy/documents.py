"""What does a person name on the command line: a version of the policy, or a file? And what are the tests in a file?"""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from guanxi_cli.asking import Service
from guanxi_cli.local.problem import Problem

IN_FORCE: Final = "live"
"""The word for the version in force."""

FILE_ENDINGS: Final = (".yaml", ".yml")

Mapping = dict[str, Any]


def read_text(path: Path) -> str:
    """A file's text; Problem when it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise Problem(f"{path} cannot be read: {error}") from error


def read_tests(path: Path | None) -> list[Mapping]:
    """The tests of a file as policies/tests holds them; its `thresholds` stand for each test that has none."""
    if path is None:
        return []
    said = _parsed(path)
    if not isinstance(said, dict) or not isinstance(said.get("tests"), list):
        raise Problem(f"{path} must hold a mapping with a list of tests, as the files in policies/tests")
    shared = {"thresholds": said["thresholds"]} if "thresholds" in said else {}
    tests = [shared | test if isinstance(test, dict) else test for test in said["tests"]]
    found: list[Mapping] = json.loads(json.dumps(tests, default=str))
    return found


def named_file(named: str) -> Path | None:
    """The file of that name; None where a version is meant. Problem when it can only be a file, and there is none."""
    path = Path(named)
    if path.is_file():
        return path
    if path.suffix in FILE_ENDINGS or "/" in named:
        raise Problem(f"there is no file {named}")
    return None


async def read_policy(scoring: Service, named: str) -> tuple[str, Mapping]:
    """What to call it, and the mapping of a file or of a version (`live`: the one in force)."""
    path = named_file(named)
    if path is not None:
        said = _parsed(path)
        if not isinstance(said, dict):
            raise Problem(f"{path} must hold a mapping")
        return str(path), said
    version = await in_force(scoring) if named == IN_FORCE else named
    return version, (await scoring.get(f"/v1/policies/{version}"))["policy"]


async def in_force(scoring: Service) -> str:
    """The version in force."""
    rows = (await scoring.get("/v1/policies"))["data"]
    return next(str(row["version"]) for row in rows if row["in_force"])


def _parsed(path: Path) -> Any:
    """Whatever a YAML file holds."""
    try:
        return yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise Problem(f"{path} is no YAML: {error}") from error
