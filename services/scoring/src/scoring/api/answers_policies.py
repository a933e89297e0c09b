"""What do answers about policies look like: versions, what their tests say, and what publishing began?"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

State = Literal["draft", "in_force", "published"]
"""`published`: was in force once, and another followed."""


class PolicyRow(BaseModel):
    """One version of the policy and where it stands."""

    model_config = ConfigDict(from_attributes=True)

    version: str
    state: State
    in_force: bool
    author: str
    note: str
    loaded_at: datetime
    published_at: datetime | None
    published_by: str | None


class PoliciesAnswer(BaseModel):
    """Every version, newest first."""

    data: list[PolicyRow]
    next_cursor: None = None
    has_more: bool = False


class PolicyAnswer(PolicyRow):
    """One version in full, with the tests that came with it."""

    policy: dict[str, Any]
    tests: list[dict[str, Any]]


class Difference(BaseModel):
    """One dimension that came out otherwise."""

    expected: Any
    got: Any


class FixtureRow(BaseModel):
    """One test: what was expected, what came out, and where they differ."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    passed: bool
    expected: dict[str, Any]
    got: dict[str, Any]
    differs: dict[str, Difference]


class PolicyTestsAnswer(BaseModel):
    """Every test of a policy: the shipped ones, those of the policy in force, and its own."""

    version: str
    passed: int
    failed: int
    tests: list[FixtureRow]

    @classmethod
    def of(cls, version: str, results: list[Any]) -> "PolicyTestsAnswer":
        """From the results of the use case."""
        rows = [FixtureRow.model_validate(one) for one in results]
        passed = sum(row.passed for row in rows)
        return cls(version=version, passed=passed, failed=len(rows) - passed, tests=rows)


class DraftAnswer(PolicyTestsAnswer):
    """A stored draft; it may fail its tests, but is not published while it does.

    `message`: where the policy's own name was taken, under which the draft stands instead.
    """

    state: Literal["draft"] = "draft"
    author: str
    message: str | None


class PublishedAnswer(PolicyTestsAnswer):
    """The version that is in force now; `rescoring` names the run that judges everybody again."""

    state: Literal["in_force"] = "in_force"
    published_at: datetime
    published_by: str
    rescoring: str
