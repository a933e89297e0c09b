"""What is a playbook? A rule: when, for whom, do what, how, once per what (care-model.md section 2).

Worked example: `win_back_high_value` answers the transition of `status` to dormant or lost for customers that were
high value in the last year: step 0 is a message, step 1 a call five days later unless an order came by then; once in
180 days, ten percent held out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from engagement.domain.condition import Condition


class Purpose(StrEnum):
    SERVICE = "service"
    CARE = "care"
    MARKETING = "marketing"
    RESEARCH = "research"


class Tone(StrEnum):
    CHEERFUL = "cheerful"
    PLAIN = "plain"


class ActionKind(StrEnum):
    MESSAGE = "message"
    TASK = "task"
    SURVEY_REQUEST = "survey_request"
    BENEFIT = "benefit"
    COMMUNITY_POST = "community_post"


class CalendarEvent(StrEnum):
    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"
    FESTIVAL = "festival"
    MEMBER_DAY = "member_day"


class CaseEvent(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"
    OVERDUE = "overdue"


class Per(StrEnum):
    """Once per what, where it is no number of days: occasion (its key already is), calendar year, or ever."""

    OCCASION = "occasion"
    YEAR = "year"
    EVER = "ever"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, `after` the occasion; for a task `channels` is empty and `template` makes its script.

    `unless`: event types that make the step needless when heard since the occasion.
    """

    index: int
    kind: ActionKind
    after: timedelta
    unless: tuple[str, ...]
    template: str
    channels: tuple[str, ...] = ()
    task_kind: str | None = None
    role: str | None = None
    due_within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OncePer:
    """Either every so many days, or a word."""

    days: int | None = None
    per: Per | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    event: str
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A shown dimension moved; empty `from_values` or `to` stand for any value; `worsens`: only to a worse one.

    For `health`, which is no shown dimension: it was at least `falls_below` and now is below.
    """

    dimension: str
    from_values: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    causes: tuple[str, ...] = ("event", "time")
    worsens: bool = False
    falls_below: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """An event of a type came, with data as conditioned (facts `data.*`)."""

    type: str
    data: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A day of the customer's year, `lead_days` before it at `hour` o'clock in the customer's zone.

    `names`: which festivals; empty for the other events.
    """

    event: CalendarEvent
    names: tuple[str, ...] = ()
    lead_days: int = 0
    hour: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """So many days after the last contact of any of the kinds `since` (event types), by tier and stage.

    The smaller of the two numbers that fit a customer counts; a customer whom none fits has no cadence.
    """

    since: tuple[str, ...]
    days_by_tier: Mapping[str, int] = field(default_factory=dict)
    days_by_stage: Mapping[str, int] = field(default_factory=dict)
    hour: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case was opened, closed or overdue; empty `causes` stand for any (nps, csat, ces, complaint, review, staff)."""

    what: CaseEvent
    causes: tuple[str, ...] = ()
    resolution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A day of every month, a weekday (Monday is 1) of every week, or every day, at `hour` in the customer's zone."""

    day_of_month: int | None = None
    weekday: int | None = None
    hour: int = 10


Trigger = Transition | Interaction | Calendar | Cadence | Case | Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One version of a rule. `holdout` is a share (0.1 = 10 %); `valid_for` runs from a step's due instant.

    `when`: any of these makes an occasion.
    `dated`: tied to its day, so never sent belatedly. `safety`: a service message that keeps no quiet hours.
    """

    name: str
    version: int
    purpose: Purpose
    priority: int
    when: tuple[Trigger, ...]
    conditions: Condition
    steps: tuple[Step, ...]
    valid_for: timedelta
    once_per: OncePer = OncePer(per=Per.OCCASION)
    holdout: float = 0.0
    family: str | None = None
    tone: Tone = Tone.PLAIN
    neutral_template: str | None = None
    epoch: int = 1
    goal: Goal | None = None
    stop_on: tuple[str, ...] = ()
    dated: bool = False
    safety: bool = False
    enabled: bool = True

    @property
    def experiment(self) -> str:
        """The name under which arms are assigned: a new epoch assigns anew."""
        return f"{self.name}:{self.epoch}"
