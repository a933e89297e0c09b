"""What do explanations, differences, histories and transitions look like? http-api.md section 4."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from common.http.freshness import Freshness
from scoring.api.answers import Versions

Value = bool | int | float | str | None
"""A figure, or the name of a category; null: unknown."""


class Sentences(BaseModel):
    """The same in English and Chinese."""

    en: str
    zh: str


class Part(BaseModel):
    """One part of a score: what it comes from, its points, its share, and the newest of its events.

    Of a category: a condition that it rests on, its figure as points, and an equal share.
    """

    component: str
    kind: str | None
    points: float
    share: float
    oldest_day: date | None
    newest_day: date | None
    events: list[str]


class ConditionAnswer(BaseModel):
    """What a rule asks; conditions of one `group` are alternatives. `figure` null: unknown; `lacks`: to the limit."""

    name: str
    figure: float | None
    sign: Literal[">=", ">", "<", "<=", "=="]
    limit: float
    met: bool
    lacks: float
    group: int
    oldest_day: date | None
    newest_day: date | None
    events: list[str]


class GuardAnswer(BaseModel):
    """The day that holds the shown value up, and when it falls if nothing changes."""

    days: int
    was: str
    was_on: date
    falls_on: date | None
    falls_to: Value


class CapAnswer(BaseModel):
    """The unresolved trouble that caps the tier."""

    at: str
    would_be: str
    trouble_on: date
    ends_on: date
    events: list[str]


class StepAnswer(BaseModel):
    """How often what must happen, one a day."""

    step: Literal["personal_contact", "purchase", "event_attended", "good_answer", "trouble_resolved"]
    times: int


class WayAnswer(BaseModel):
    """Steps that were tried on the scoring function and reach the next value on that day; none can be left out."""

    steps: list[StepAnswer]
    reached_on: date


class NextAnswer(BaseModel):
    """The next better value: what its rule lacks, ways to it, and the day that brings it if nothing happens."""

    value: str
    missing: list[ConditionAnswer]
    ways: list[WayAnswer]
    by_itself_on: date | None
    contact_kind: str
    """As which kind the personal contacts were tried."""
    purchase_minor: int
    """How large the purchases were that were tried: the customer's median order, before the first the mean order."""
    sentence: Sentences


class ExplanationAnswer(BaseModel):
    """The parts sum to the value; `value` null: unknown, and there are none. What only a category has is else null."""

    customer: str
    as_of: date
    score: str
    value: Value
    parts: list[Part]
    sentence: str
    sentences: Sentences
    raw: Value = None
    """The value of the day alone, without guard and cap."""
    rule: Value = None
    """The value whose rule is shown; another than `value`: no rule gave it, and this one comes nearest."""
    rule_day: date | None = None
    conditions: list[ConditionAnswer] = []
    conditions_today: list[ConditionAnswer] = []
    """The same rule on the as-of day, where `rule_day` is another."""
    guard: GuardAnswer | None = None
    cap: CapAnswer | None = None
    changes_on: date | None = None
    """The first day on which the value is another if nothing happens; within 400 days."""
    changes_to: Value = None
    next: NextAnswer | None = None
    versions: Versions
    freshness: Freshness


class MovedPart(BaseModel):
    """One part before and after; `events` are those that only the later value rests on."""

    component: str
    kind: str | None
    before: float
    after: float
    points: float
    events: list[str]


class DifferenceRow(BaseModel):
    """The parts' points sum to `points`, which is `to` less `from`, an unknown score counting as 0.

    Of a category `points` is null, and the parts are the figures of its rules that moved.
    """

    model_config = ConfigDict(populate_by_name=True)

    score: str
    from_: Value = Field(alias="from")
    to: Value
    points: float | None
    parts: list[MovedPart]
    sentence: str
    sentences: Sentences


class Side(BaseModel):
    """One side of a comparison."""

    as_of: date
    versions: Versions


class DifferenceAnswer(BaseModel):
    """With `score` one row; without it the shown dimensions, `severe`, and the scores that moved most."""

    model_config = ConfigDict(populate_by_name=True)

    customer: str
    from_: Side = Field(alias="from")
    to: Side
    data: list[DifferenceRow]
    sentence: str
    freshness: Freshness


class HistoryDay(BaseModel):
    """The metric as of a day."""

    day: date
    value: Value


class HistoryStep(BaseModel):
    """A day on which a category became another."""

    model_config = ConfigDict(populate_by_name=True)

    day: date
    from_: Value = Field(alias="from")
    to: Value


class HistoryAnswer(BaseModel):
    """A metric over days, each as true now; `steps` where it is a category."""

    model_config = ConfigDict(populate_by_name=True)

    customer: str
    metric: str
    from_: date = Field(alias="from")
    to: date
    data: list[HistoryDay]
    steps: list[HistoryStep]
    versions: Versions
    freshness: Freshness


class CausingEvent(BaseModel):
    """An event of the ledger."""

    source: str
    id: str


class TransitionReason(BaseModel):
    """A figure that moved, in points, with its newest events."""

    component: str
    points: float
    events: list[str]


class TransitionRow(BaseModel):
    """A shown dimension that changed after it had been published: when, from what to what, and why."""

    model_config = ConfigDict(populate_by_name=True)

    at: datetime
    as_of: date
    dimension: str
    from_: Value = Field(alias="from")
    to: Value
    cause: Literal["event", "late", "time", "merge", "policy", "thresholds"]
    caused_by: list[CausingEvent]
    reasons: list[TransitionReason]
    sentence: str
    sentences: Sentences
    versions: Versions


class TransitionsAnswer(BaseModel):
    """Newest first."""

    customer: str
    data: list[TransitionRow]
    next_cursor: str | None
    has_more: bool
    as_of: date
    freshness: Freshness
