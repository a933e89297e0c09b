"""What lies before the arbiter? One occasion, its playbook and step, the customer's standing, the rules, an instant.

Worked example: step 1 of win_back_high_value, a call: its channels are (phone,).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from engagement.domain.calendar import CalendarPolicy
from engagement.domain.capacity import Load
from engagement.domain.contact_policy import ContactPolicy
from engagement.domain.occasion import Occasion
from engagement.domain.playbook import ActionKind, Calendar, CalendarEvent, Playbook, Purpose, Step
from engagement.domain.standing import Standing

CALLS: Final = frozenset({"call"})
"""The task kinds that use the phone, and so need a number and a consent for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for everybody: contact.yaml, calendar.yaml, the deployment's zone and the day's load."""

    contact: ContactPolicy
    calendar: CalendarPolicy
    zone: ZoneInfo
    load: Load = field(default_factory=Load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`channels`: in the order in which they are tried; None stands for a task that needs no channel."""

    occasion: Occasion
    playbook: Playbook
    step: Step
    standing: Standing
    rules: Rules
    now: datetime
    channels: Sequence[str | None]

    @property
    def is_task(self) -> bool:
        return self.step.kind is ActionKind.TASK

    @property
    def today(self) -> date:
        """The local day of the customer."""
        return self.now.astimezone(self.standing.zone).date()


def step_of(playbook: Playbook, index: int) -> Step:
    """The step of that index; LookupError when the playbook has none."""
    for step in playbook.steps:
        if step.index == index:
            return step
    raise LookupError(f"{playbook.name} version {playbook.version} has no step {index}")


def channels_of(step: Step, purpose: Purpose) -> Sequence[str | None]:
    """A message's channels in order; a call's is the phone; other tasks need none.

    A call of service is needed by the customer: without a number staff find another way.
    """
    if step.kind is not ActionKind.TASK:
        return step.channels
    if step.task_kind not in CALLS:
        return (None,)
    return ("phone", None) if purpose is Purpose.SERVICE else ("phone",)


def is_birthday(playbook: Playbook) -> bool:
    """Whether a playbook answers birthdays."""
    return any(isinstance(one, Calendar) and one.event is CalendarEvent.BIRTHDAY for one in playbook.when)
