"""What may a person still do for a customer, by when, and who? A task from its creation to its outcome.

Windows shorter than a day count staff's working hours, longer ones calendar days; a due instant outside working hours
moves to the next ones. A case whose contact is due earlier makes its task due then. Done by its due instant a task is
on time, later it is late; not done by then it is missed, which escalates it, and may still be done late.

Worked example, work from 09:00 to 18:00: opened on Monday at 17:00, due within 4 h: Tuesday 12:00; within 3 d: Thursday
17:00.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from common.errors import Conflict
from engagement.domain.local_time import local_instant
from engagement.domain.work_days import WorkTime

_DAY: Final = timedelta(days=1)
DUE_WITHIN: Final = timedelta(days=3)
"""Where neither playbook nor operator says."""


class TaskKind(StrEnum):
    CALL = "call"
    VISIT = "visit"
    RETURN_VISIT = "return_visit"
    GIFT = "gift"
    REPLY = "reply"
    ADVICE = "advice"
    REVIEW_MEETING = "review_meeting"


class TaskState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    MISSED = "missed"
    DONE = "done"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    DONE = "done"


MET: Final = frozenset({Outcome.REACHED, Outcome.DONE})
"""The outcomes with which there was contact."""

CONTACTS: Final = {
    TaskKind.CALL: ("call", "call.made", "phone"),
    TaskKind.VISIT: ("meeting", "meeting.held", "other"),
    TaskKind.REVIEW_MEETING: ("meeting", "meeting.held", "other"),
    TaskKind.RETURN_VISIT: ("return_visit", "return_visit.done", "other"),
}
"""Kind -> the word in the event's id, the interaction that its contact is, and by which channel."""


class TaskHeld(Conflict):
    """Another member of staff holds the task; `staff_id` says who."""

    code = "task_held"


class TaskEnded(Conflict):
    """The task is done or cancelled; `state`, `staff_id` and `outcome` say how it ended."""

    code = "task_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. `on_time` is None until it is done or missed."""

    id: int
    action_id: int
    customer: str
    kind: str
    role: str
    state: TaskState
    opens_at: datetime
    due_at: datetime
    staff_id: str | None
    script: str
    outcome: Outcome | None
    note: str | None
    on_time: bool | None
    escalated_at: datetime | None
    done_at: datetime | None

    def claim(self, staff_id: str) -> "Task":
        """The task in somebody's hands; a missed one stays missed. Raises TaskEnded, TaskHeld."""
        self._must_be_free_for(staff_id)
        state = TaskState.MISSED if self.state is TaskState.MISSED else TaskState.CLAIMED
        return replace(self, state=state, staff_id=staff_id)

    def complete(self, *, outcome: Outcome, note: str | None, staff_id: str | None, now: datetime) -> "Task":
        """The task with its outcome. Raises TaskEnded, and TaskHeld when `staff_id` is not who holds it."""
        self._must_be_free_for(staff_id or self.staff_id)
        on_time = now <= self.due_at
        return replace(
            self,
            state=TaskState.DONE,
            outcome=outcome,
            note=note,
            staff_id=staff_id or self.staff_id,
            on_time=on_time,
            done_at=now,
        )

    def reassign(self, staff_id: str | None) -> "Task":
        """The task in other hands, or in nobody's. Raises TaskEnded."""
        self._must_be_unended()
        if self.state is TaskState.MISSED:
            return replace(self, staff_id=staff_id)
        return replace(self, state=TaskState.OPEN if staff_id is None else TaskState.CLAIMED, staff_id=staff_id)

    def _must_be_free_for(self, staff_id: str | None) -> None:
        self._must_be_unended()
        if self.staff_id not in (None, staff_id):
            raise TaskHeld(f"The task is held by {self.staff_id}: let it be reassigned.", staff_id=self.staff_id)

    def _must_be_unended(self) -> None:
        if self.state in (TaskState.DONE, TaskState.CANCELLED):
            how = {"state": self.state, "staff_id": self.staff_id, "outcome": self.outcome}
            raise TaskEnded(f"The task is {self.state} already.", **how)


def due_window(
    now: datetime,
    *,
    within: timedelta | None,
    work: WorkTime,
    zone: ZoneInfo,
    contact_due_at: datetime | None = None,
) -> tuple[datetime, datetime]:
    """(opens_at, due_at) of a task decided now; `contact_due_at`: by when a case wants its first contact."""
    opens_at = work.next_instant(now, zone)
    due_at = _due(opens_at, within or DUE_WITHIN, work, zone)
    if contact_due_at is not None and opens_at < contact_due_at < due_at:
        due_at = contact_due_at
    return opens_at, due_at


def _due(opens_at: datetime, within: timedelta, work: WorkTime, zone: ZoneInfo) -> datetime:
    if within >= _DAY:
        return work.next_instant(opens_at + within, zone)
    begins, left = opens_at, within
    while True:
        ends = local_instant(begins.astimezone(zone).date(), work.to, zone)
        if begins + left <= ends:
            return begins + left
        left -= ends - begins
        begins = work.next_instant(ends, zone)
