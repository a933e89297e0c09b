"""What is an answer? Questions answered on their scales, the rating turned so that high = good, texts kept apart.

Source: feedback-model.md sections 1 and 6. Example: a CES of 2 on 1-5 where low is easy is stored as told, and is
the rating 4 of 1-5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from common.contracts.interactions import Rating
from feedback.domain.survey import Direction, Question, QuestionKind, turn

CHOICE: Final = "choice"
CHANNEL: Final = "survey"


class Origin(StrEnum):
    PAGE = "page"
    API = "api"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQuestion:
    """A number on its scale, a choice or several."""

    question: str
    kind: str
    value: float | str | list[str]
    least: float | None = None
    most: float | None = None
    direction: Direction = Direction.HIGH_IS_GOOD

    def as_told(self) -> dict[str, Any]:
        """How it is stored."""
        told: dict[str, Any] = {"question": self.question, "kind": self.kind, "value": self.value}
        if self.least is not None:
            told |= {"min": self.least, "max": self.most, "direction": self.direction}
        return told

    def turned(self) -> dict[str, Any]:
        """How it is published: high = good."""
        told = self.as_told()
        low_is_good = told.pop("direction", None) is Direction.LOW_IS_GOOD
        if low_is_good and isinstance(self.value, float) and self.least is not None and self.most is not None:
            told["value"] = turn(self.value, self.least, self.most)
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """An answer before it is stored; `customer` is the id that was told, `version` 0 for surveys of others."""

    source: str
    id: str
    survey: str
    version: int
    kind: str
    wave: str | None
    touchpoint: str | None
    customer: str
    channel: str
    answered_at: datetime
    rating: Rating | None
    origin: Origin
    answers: tuple[AnsweredQuestion, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None


def on_scale(question: Question, value: int) -> AnsweredQuestion:
    """A scale's answer, its value as told."""
    return AnsweredQuestion(
        question=question.id,
        kind=question.measure,
        value=float(value),
        least=float(question.least),
        most=float(question.most),
        direction=question.direction,
    )


def chosen(question: Question, ids: list[str]) -> AnsweredQuestion:
    """One choice or several."""
    value: str | list[str] = ids[0] if question.kind is QuestionKind.SINGLE else ids
    return AnsweredQuestion(question=question.id, kind=CHOICE, value=value)


def rating_of(kind: str, value: float, least: float, most: float, direction: Direction) -> Rating:
    """A rating as everything here keeps it: high = good."""
    turned = value if direction is Direction.HIGH_IS_GOOD else turn(value, least, most)
    return Rating(kind=kind, value=turned, min=least, max=most)
