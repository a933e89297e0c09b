"""What is a survey? Its questions in both languages, what asks it, whom it may reach and when it closes.

Source: feedback-model.md section 1. An answer keeps the scale and direction of its question; what is published is
turned so that high = good: on a scale of 1-5 where low is easy, 2 becomes 1 + 5 - 2 = 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

Words = Mapping[str, str]
"""The same text by language: zh, en."""


class SurveyKind(StrEnum):
    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    EXIT = "exit"
    EXPECTATION = "expectation"
    CUSTOM = "custom"


class Measure(StrEnum):
    """What a scale measures: the first three may be a survey's rating."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    EXPECTATION = "expectation"
    DRIVER = "driver"
    SCALE = "scale"


class Direction(StrEnum):
    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"


class QuestionKind(StrEnum):
    SCALE = "scale"
    SINGLE = "single"
    MULTIPLE = "multiple"
    TEXT = "text"


class ThrottleClass(StrEnum):
    RELATIONSHIP = "relationship"
    TRANSACTION = "transaction"


class WaveRule(StrEnum):
    QUARTER = "quarter"
    MONTH = "month"


class Becomes(StrEnum):
    """A status of the relationship that triggers when the customer comes into it."""

    DORMANT = "dormant"
    LOST = "lost"
    REACTIVATED = "reactivated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An interaction's type or a status, and how long after it the customer is asked."""

    interaction: str | None
    status: Becomes | None
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    id: str
    text: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `measure`, `least`, `most`, `direction` and `ends` (labels of low and high) are a scale's."""

    id: str
    kind: QuestionKind
    text: Words
    required: bool
    main: bool = False
    measure: Measure = Measure.SCALE
    least: int = 0
    most: int = 0
    direction: Direction = Direction.HIGH_IS_GOOD
    ends: tuple[Words, Words] | None = None
    choices: tuple[Choice, ...] = ()
    longest: int = 0

    def turned(self, value: float) -> float:
        """The value of a scale, high = good."""
        return value if self.direction is Direction.HIGH_IS_GOOD else turn(value, self.least, self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One version of one survey."""

    name: str
    version: int
    kind: SurveyKind
    title: Words
    purpose: Words
    enabled: bool
    touchpoint: str | None
    throttle: ThrottleClass
    triggers: tuple[Trigger, ...]
    wave: WaveRule | None
    closing_days: int
    reminder_after: timedelta | None
    questions: tuple[Question, ...]

    @property
    def main(self) -> Question | None:
        """The question whose answer is the rating."""
        return next((question for question in self.questions if question.main), None)


def turn(value: float, least: float, most: float) -> float:
    """The value with the ends of its scale exchanged."""
    return least + most - value
