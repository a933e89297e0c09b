"""By when is a task due, and who may do what with it?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engagement.domain.task import Outcome, Task, TaskEnded, TaskHeld, TaskState, due_window
from engagement.domain.work_days import WorkTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
DUE = datetime(2027, 3, 1, 4, tzinfo=UTC)
OPEN = Task(
    id=5,
    action_id=9,
    customer="c-1",
    kind="call",
    role="advisor",
    state=TaskState.OPEN,
    opens_at=DUE - timedelta(hours=4),
    due_at=DUE,
    staff_id=None,
    script="",
    outcome=None,
    note=None,
    on_time=None,
    escalated_at=None,
    done_at=None,
)


@pytest.mark.parametrize(
    ("decided", "within", "opens", "due"),
    [
        ("2027-03-01T10:00", timedelta(hours=4), "2027-03-01T10:00", "2027-03-01T14:00"),  # a Monday
        ("2027-03-01T14:00", timedelta(hours=4), "2027-03-01T14:00", "2027-03-01T18:00"),
        ("2027-03-01T17:00", timedelta(hours=4), "2027-03-01T17:00", "2027-03-02T12:00"),
        ("2027-03-05T17:30", timedelta(hours=10), "2027-03-05T17:30", "2027-03-09T09:30"),  # over a weekend
        ("2027-03-06T12:00", timedelta(hours=4), "2027-03-08T09:00", "2027-03-08T13:00"),  # a Saturday
        ("2027-03-01T17:00", timedelta(days=3), "2027-03-01T17:00", "2027-03-04T17:00"),
        ("2027-03-04T17:00", timedelta(days=3), "2027-03-04T17:00", "2027-03-08T09:00"),  # would be due on a Sunday
        ("2027-03-01T17:00", None, "2027-03-01T17:00", "2027-03-04T17:00"),
    ],
)
def test_a_task_keeps_working_hours(decided: str, within: timedelta | None, opens: str, due: str) -> None:
    opens_at, due_at = due_window(at(decided), within=within, work=WorkTime(), zone=SHANGHAI)
    assert (opens_at, due_at) == (at(opens), at(due))


@pytest.mark.parametrize(
    ("contact_due", "due"),
    [
        ("2027-03-01T12:00", "2027-03-01T12:00"),
        ("2027-03-01T15:00", "2027-03-01T14:00"),
        ("2027-03-01T09:00", "2027-03-01T14:00"),  # over already
    ],
)
def test_a_case_that_wants_its_contact_earlier_makes_its_task_due_then(contact_due: str, due: str) -> None:
    decided = at("2027-03-01T10:00")
    window = due_window(
        decided, within=timedelta(hours=4), work=WorkTime(), zone=SHANGHAI, contact_due_at=at(contact_due)
    )
    assert window == (decided, at(due))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("late_by", "on_time"), [(timedelta(seconds=-1), True), (timedelta(), True), (timedelta(seconds=1), False)]
)
def test_what_is_done_by_its_due_instant_is_on_time(late_by: timedelta, on_time: bool) -> None:
    done = OPEN.complete(outcome=Outcome.REACHED, note="well", staff_id="ann", now=DUE + late_by)
    assert (done.state, done.on_time, done.staff_id, done.done_at) == (TaskState.DONE, on_time, "ann", DUE + late_by)


def test_a_claimed_task_is_its_holders_until_it_is_reassigned() -> None:
    held = OPEN.claim("ann")
    assert (held.state, held.claim("ann")) == (TaskState.CLAIMED, held)
    with pytest.raises(TaskHeld) as refused:
        held.claim("bob")
    assert refused.value.data == {"staff_id": "ann"}
    with pytest.raises(TaskHeld):
        held.complete(outcome=Outcome.DONE, note=None, staff_id="bob", now=DUE)
    assert held.complete(outcome=Outcome.DONE, note=None, staff_id=None, now=DUE).staff_id == "ann"
    assert held.reassign("bob").staff_id == "bob"
    assert (held.reassign(None).state, held.reassign(None).staff_id) == (TaskState.OPEN, None)


def test_a_missed_task_may_still_be_taken_and_done_late() -> None:
    missed = replace(OPEN, state=TaskState.MISSED, on_time=False, escalated_at=DUE)
    taken = missed.claim("ann")
    assert (taken.state, taken.staff_id) == (TaskState.MISSED, "ann")
    assert missed.reassign("bob").state is TaskState.MISSED
    done = taken.complete(outcome=Outcome.NOT_REACHED, note=None, staff_id="ann", now=DUE + timedelta(days=1))
    assert (done.state, done.on_time) == (TaskState.DONE, False)


@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.CANCELLED])
def test_a_task_that_ended_changes_no_more(state: TaskState) -> None:
    ended = replace(OPEN, state=state)
    with pytest.raises(TaskEnded):
        ended.claim("ann")
    with pytest.raises(TaskEnded):
        ended.reassign("ann")
    with pytest.raises(TaskEnded):
        ended.complete(outcome=Outcome.DONE, note=None, staff_id="ann", now=DUE)
