"""What does the world hear of tasks? task.created, task.done, task.missed, and the contact that a done one was.

A note of staff is never published.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.task import CONTACTS, MET, Task, TaskKind
from engagement.store.tasks import TaskAction, read_task_actions
from engagement.usecases.publish_care import CareFact, action_name, care_fact, publish_care


def task_name(task_id: int) -> str:
    """As the world knows a task: task_5."""
    return f"task_{task_id}"


async def publish_tasks(
    connection: AsyncConnection, change: str, tasks: Iterable[Task], *, at: datetime, partitions: int
) -> None:
    """Queue `task.{change}` of each (created, done, missed), and of done ones the contact that was made."""
    told = list(tasks)
    actions = await read_task_actions(connection, [one.action_id for one in told])
    facts = [_changed(change, one, actions[one.action_id]) for one in told]
    if change == "done":
        facts += [_contact(one, actions[one.action_id]) for one in told if _was_contact(one)]
    await publish_care(connection, facts, at=at, partitions=partitions)


def _changed(change: str, task: Task, action: TaskAction) -> CareFact:
    own: dict[str, Any] = {  # members of TaskChanged
        "task_id": task_name(task.id),
        "task_kind": task.kind,
        "role": task.role,
        "due_at": task.due_at,
        "staff_id": task.staff_id,
        "outcome": task.outcome,
        "on_time": task.on_time,
    }
    return care_fact(action, f"task.{change}", f"{task_name(task.id)}:{change}", **own)


def _was_contact(task: Task) -> bool:
    return task.outcome in MET and task.kind in CONTACTS


def _contact(task: Task, action: TaskAction) -> CareFact:
    word, type_, channel = CONTACTS[TaskKind(task.kind)]
    data = {
        "channel": channel,
        "direction": "outbound",
        "personal": True,
        "answered": True,
        "staff_id": task.staff_id,
        "action_id": action_name(action.id),
        "case_id": action.case_id,
        "task_id": task_name(task.id),
    }
    known = {name: value for name, value in data.items() if value is not None}
    return CareFact(id=f"{task_name(task.id)}:{word}", type=type_, customer=task.customer, data=known)
