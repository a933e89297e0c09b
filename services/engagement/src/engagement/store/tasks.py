"""Which tasks has staff? Rows in due order, locked while somebody changes them; a task belongs to one action."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from engagement.domain.task import Outcome, Task, TaskState

_COLUMNS: Final = (
    "id, action_id, customer, kind, role, state, opens_at, due_at, staff_id, script, outcome, note, on_time, "
    "escalated_at, done_at"
)
_ADD = text(
    f"""
    INSERT INTO task (action_id, customer, kind, role, state, opens_at, due_at, script)
    SELECT action_id, customer, kind, role, 'open', opens_at, due_at, script
    FROM unnest(CAST(:action_ids AS bigint[]), CAST(:customers AS text[]), CAST(:kinds AS text[]),
                CAST(:roles AS text[]), CAST(:opens_ats AS timestamptz[]), CAST(:due_ats AS timestamptz[]),
                CAST(:scripts AS text[])) AS new(action_id, customer, kind, role, opens_at, due_at, script)
    ORDER BY action_id
    RETURNING {_COLUMNS}
    """  # noqa: S608 - the columns above
)
_LIST = text(
    f"""
    SELECT {_COLUMNS} FROM task
    WHERE (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:role AS text) IS NULL OR role = :role)
      AND (CAST(:customers AS text[]) IS NULL OR customer = ANY(:customers))
      AND (CAST(:after_due_at AS timestamptz) IS NULL OR (due_at, id) > (:after_due_at, CAST(:after_id AS bigint)))
    ORDER BY due_at, id LIMIT :limit
    """  # noqa: S608 - the columns above
)
_READ = text(f"SELECT {_COLUMNS} FROM task WHERE id = :id")  # noqa: S608 - the columns above
_LOCK = text(f"SELECT {_COLUMNS} FROM task WHERE id = :id FOR UPDATE")  # noqa: S608 - the columns above
_SAVE = text(
    """
    UPDATE task SET state = :state, staff_id = :staff_id, outcome = :outcome, note = :note, on_time = :on_time,
        done_at = :done_at
    WHERE id = :id
    """
)
_MISS = text(
    f"""
    UPDATE task SET state = 'missed', on_time = false, escalated_at = :now
    WHERE id IN (SELECT id FROM task WHERE state IN ('open', 'claimed') AND due_at < :now
                 ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
    """  # noqa: S608 - the columns above
)
_ABOUT = text(
    """
    SELECT id, customer, playbook, purpose, kind, case_id, request_id, experiment, arm
    FROM action WHERE id = ANY(:ids)
    """
)
_EXPIRE = text(
    """
    UPDATE action SET state = 'expired', reason = 'expired'
    WHERE id IN (SELECT id FROM action WHERE state = 'awaiting_staff' AND kind = 'task' AND valid_until < :now
                 ORDER BY valid_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id, customer, playbook, purpose, kind, case_id, request_id, experiment, arm
    """
)
_ACTION_DONE = text("UPDATE action SET state = 'done', staff_id = :staff_id, sent_at = :at WHERE id = :id")


class UnknownTask(Absent):
    """There is no task of that number."""

    code = "unknown_task"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    action_id: int
    customer: str
    kind: str
    role: str
    opens_at: datetime
    due_at: datetime
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAction:
    """What facts say of a task's action."""

    id: int
    customer: str
    playbook: str | None
    purpose: str
    kind: str
    case_id: str | None
    request_id: str | None
    experiment: str | None
    arm: str | None


async def add_tasks(connection: AsyncConnection, new: Sequence[NewTask]) -> list[Task]:
    """Write new tasks, open ones."""
    rows = await connection.execute(
        _ADD,
        {
            "action_ids": [one.action_id for one in new],
            "customers": [one.customer for one in new],
            "kinds": [one.kind for one in new],
            "roles": [one.role for one in new],
            "opens_ats": [one.opens_at for one in new],
            "due_ats": [one.due_at for one in new],
            "scripts": [one.script for one in new],
        },
    )
    return [_task(row) for row in rows.mappings()]


async def list_tasks(
    connection: AsyncConnection,
    *,
    customers: Collection[str] | None,
    state: str | None,
    role: str | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[Task]:
    """Tasks by due instant; `customers`: the ids of one customer."""
    after_due_at, after_id = after or (None, None)
    asked = {
        "customers": None if customers is None else list(customers),
        "state": state,
        "role": role,
        "after_due_at": after_due_at,
        "after_id": after_id,
        "limit": limit,
    }
    return [_task(row) for row in (await connection.execute(_LIST, asked)).mappings()]


async def read_task(connection: AsyncConnection, task_id: int) -> Task:
    """One task. Raises UnknownTask."""
    row = (await connection.execute(_READ, {"id": task_id})).mappings().one_or_none()
    if row is None:
        raise UnknownTask(f"There is no task_{task_id}.")
    return _task(row)


async def lock_task(connection: AsyncConnection, task_id: int) -> Task:
    """One task that nobody else changes meanwhile. Lock its customer first. Raises UnknownTask."""
    row = (await connection.execute(_LOCK, {"id": task_id})).mappings().one_or_none()
    if row is None:
        raise UnknownTask(f"There is no task_{task_id}.")
    return _task(row)


async def save_task(connection: AsyncConnection, task: Task) -> None:
    """Keep what changed of a locked task."""
    await connection.execute(
        _SAVE,
        {
            "id": task.id,
            "state": task.state,
            "staff_id": task.staff_id,
            "outcome": task.outcome,
            "note": task.note,
            "on_time": task.on_time,
            "done_at": task.done_at,
        },
    )


async def miss_tasks(connection: AsyncConnection, *, now: datetime, limit: int) -> list[Task]:
    """Mark some tasks whose due instant passed as missed and escalated."""
    return [_task(row) for row in (await connection.execute(_MISS, {"now": now, "limit": limit})).mappings()]


async def read_task_actions(connection: AsyncConnection, ids: Collection[int]) -> dict[int, TaskAction]:
    """Action id -> what facts say of it."""
    rows = await connection.execute(_ABOUT, {"ids": list(ids)})
    return {row["id"]: TaskAction(**row) for row in rows.mappings()}


async def expire_task_actions(connection: AsyncConnection, *, now: datetime, limit: int) -> list[TaskAction]:
    """End the actions of tasks that nobody did while they were valid; the missed tasks may still be done late."""
    return [TaskAction(**row) for row in (await connection.execute(_EXPIRE, {"now": now, "limit": limit})).mappings()]


async def end_task_action(connection: AsyncConnection, task: Task) -> None:
    """The action of a task that is done is done, also when its validity was over by then."""
    await connection.execute(_ACTION_DONE, {"id": task.action_id, "staff_id": task.staff_id, "at": task.done_at})


def _task(row: RowMapping) -> Task:
    told: dict[str, Any] = {str(name): row[name] for name in row}  # a row as the driver gives it
    outcome = None if told["outcome"] is None else Outcome(told["outcome"])
    return Task(**{**told, "state": TaskState(told["state"]), "outcome": outcome})
