"""What does staff do with a task? Claim it, complete it with an outcome, hand it on.

The customer is locked before its task, as wherever an action changes. A completed task's action is done, and the world
hears of both the task and the contact.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.task import Outcome, Task
from engagement.store.contacts import lock_customers
from engagement.store.plans import database_now
from engagement.store.tasks import end_task_action, lock_task, read_task, save_task
from engagement.usecases.publish_tasks import publish_tasks


async def claim_task(connection: AsyncConnection, task_id: int, *, staff_id: str) -> Task:
    """Put a task in somebody's hands. Raises UnknownTask, TaskHeld, TaskEnded."""
    return await _change(connection, task_id, lambda task, _: task.claim(staff_id))


async def reassign_task(connection: AsyncConnection, task_id: int, *, staff_id: str | None) -> Task:
    """Put a task in other hands, or in nobody's. Raises UnknownTask, TaskEnded."""
    return await _change(connection, task_id, lambda task, _: task.reassign(staff_id))


async def complete_task(
    connection: AsyncConnection,
    task_id: int,
    *,
    outcome: Outcome,
    note: str | None,
    staff_id: str | None,
    partitions: int,
) -> Task:
    """End a task with its outcome. Raises UnknownTask, TaskHeld, TaskEnded."""
    done = await _change(
        connection, task_id, lambda task, now: task.complete(outcome=outcome, note=note, staff_id=staff_id, now=now)
    )
    await end_task_action(connection, done)
    await publish_tasks(connection, "done", [done], at=done.done_at or done.due_at, partitions=partitions)
    return done


async def _change(connection: AsyncConnection, task_id: int, change: Callable[[Task, datetime], Task]) -> Task:
    await lock_customers(connection, {(await read_task(connection, task_id)).customer})
    changed = change(await lock_task(connection, task_id), await database_now(connection))
    await save_task(connection, changed)
    return changed
