"""/v1/tasks: what must a person do, who does it, and how did it end?"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from common.http.pagination import Page, Paging
from common.http.transaction import Connection
from common.identity import read_customer
from engagement.domain.task import Outcome, Task, TaskState
from engagement.store.tasks import read_task
from engagement.usecases.change_task import claim_task, complete_task, reassign_task
from engagement.usecases.find_tasks import find_tasks
from engagement.usecases.publish_care import action_name
from engagement.usecases.publish_tasks import task_name

router = APIRouter()

StaffId = Annotated[str, Field(min_length=1, max_length=128)]


class TaskAnswer(BaseModel):
    """One task. `on_time` is null until it is done or missed; a missed one may still be done, late."""

    id: str
    action_id: str
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


class Claim(BaseModel):
    """Who takes the task."""

    model_config = ConfigDict(extra="forbid")

    staff_id: StaffId


class Completion(BaseModel):
    """How the task ended; `staff_id` where nobody claimed it. The note stays here."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    note: Annotated[str, Field(max_length=4096)] | None = None
    staff_id: StaffId | None = None


class Reassignment(BaseModel):
    """Who does it from now on; null puts it back for anybody."""

    model_config = ConfigDict(extra="forbid")

    staff_id: StaffId | None


def _task_id(task_id: Annotated[str, Path(alias="id", pattern=r"^task_[1-9][0-9]{0,17}$")]) -> int:
    return int(task_id.removeprefix("task_"))


def _own_id(request: Request, customer: Annotated[str | None, Query(max_length=1024)] = None) -> str | None:
    return None if customer is None else read_customer(customer, request.app.state.identity_key)


TaskId = Annotated[int, Depends(_task_id)]
AskedCustomer = Annotated[str | None, Depends(_own_id)]


@router.get("/v1/tasks")
async def get_tasks(
    paging: Paging,
    connection: Connection,
    own: AskedCustomer,
    state: Literal["open", "claimed", "missed", "done", "cancelled"] | None = None,
    role: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[TaskAnswer]:
    """Tasks by due instant, the earliest first."""
    name = f"tasks {own} {state} {role}"
    after = paging.after(name, tuple[datetime, int])
    rows = await find_tasks(connection, own=own, state=state, role=role, after=after, limit=paging.limit + 1)
    page = paging.page(name, rows, lambda task: (task.due_at, task.id))
    return Page[TaskAnswer].model_validate({**page, "data": [_answer(task) for task in page["data"]]})


@router.get("/v1/tasks/{id}")
async def get_task(task_id: TaskId, connection: Connection) -> TaskAnswer:
    """One task."""
    return _answer(await read_task(connection, task_id))


@router.post("/v1/tasks/{id}/claim")
async def post_claim(task_id: TaskId, asked: Claim, connection: Connection) -> TaskAnswer:
    """Take a task; 409 tells who holds it."""
    return _answer(await claim_task(connection, task_id, staff_id=asked.staff_id))


@router.post("/v1/tasks/{id}/complete")
async def post_complete(task_id: TaskId, asked: Completion, connection: Connection, request: Request) -> TaskAnswer:
    """End a task with its outcome; 409 when another holds it or it has ended."""
    done = await complete_task(
        connection,
        task_id,
        outcome=asked.outcome,
        note=asked.note,
        staff_id=asked.staff_id,
        partitions=request.app.state.deployment.partitions,
    )
    return _answer(done)


@router.post("/v1/tasks/{id}/reassign")
async def post_reassign(task_id: TaskId, asked: Reassignment, connection: Connection) -> TaskAnswer:
    """Hand a task on, whoever holds it."""
    return _answer(await reassign_task(connection, task_id, staff_id=asked.staff_id))


def _answer(task: Task) -> TaskAnswer:
    shown = {name: getattr(task, name) for name in TaskAnswer.model_fields}
    return TaskAnswer.model_validate({**shown, "id": task_name(task.id), "action_id": action_name(task.action_id)})
