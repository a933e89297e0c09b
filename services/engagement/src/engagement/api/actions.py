"""/v1/actions: what was decided, what was sent, and what was not, with its reason; an operator's own action."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from common.http.pagination import Page, Paging
from common.http.transaction import Connection
from common.identity import read_customer
from engagement.api.action_answer import (
    ActionAnswer,
    ActionStoryAnswer,
    action_answer,
    action_fields,
    attempt_answer,
    decision_answer,
)
from engagement.domain.playbook import ActionKind, Purpose, Tone
from engagement.domain.reachability import ADDRESS_OF
from engagement.domain.reasons import Answer
from engagement.domain.task import TaskKind
from engagement.usecases.cancel_action import cancel_action
from engagement.usecases.deployment import Deployment
from engagement.usecases.list_actions import ActionFilter, list_actions
from engagement.usecases.order_action import Order, order_action
from engagement.usecases.read_action import action_number, read_action

router = APIRouter()

State = Literal[
    "decided", "waiting", "sending", "awaiting_staff", "sent", "done", "failed", "unknown", "cancelled", "expired"
]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
ChannelName = Annotated[str, Field(pattern=f"^({'|'.join(ADDRESS_OF)})$")]


class ActionOrder(BaseModel):
    """An operator's own action: a message by the first of the channels that may be used, or a task for staff."""

    model_config = ConfigDict(extra="forbid")

    customer: Annotated[str, Field(min_length=1, max_length=1024, description="an id or `kind:value`")]
    purpose: Purpose
    template: Name
    kind: Literal["message", "task", "survey_request"] = "message"
    channels: Annotated[list[ChannelName], Field(max_length=5)] = []
    tone: Tone = Tone.PLAIN
    task_kind: TaskKind | None = None
    role: Name | None = None
    due_within_hours: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    valid_for_hours: Annotated[int, Field(ge=1, le=24 * 60)] = 48
    case_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "ActionOrder":
        if self.kind == "task" and (self.channels or self.task_kind is None or self.role is None):
            raise ValueError("a task has no channels, and needs task_kind and role")
        if self.kind != "task" and (not self.channels or self.task_kind is not None):
            raise ValueError("a message needs channels and has no task_kind")
        return self


def _deployment(request: Request) -> Deployment:
    deployment: Deployment = request.app.state.deployment
    return deployment


def _asked_customer(request: Request, customer: Annotated[str | None, Query(max_length=1024)] = None) -> str | None:
    return None if customer is None else read_customer(customer, request.app.state.identity_key)


def _number(action_id: Annotated[str, Path(alias="id", description="such as act_9", max_length=64)]) -> int:
    return action_number(action_id)


Deployed = Annotated[Deployment, Depends(_deployment)]
ActionNumber = Annotated[int, Depends(_number)]


@router.get("/v1/actions")
async def get_actions(
    paging: Paging,
    connection: Connection,
    own: Annotated[str | None, Depends(_asked_customer)],
    state: State | None = None,
    decision: Answer | None = None,
    reason: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[ActionAnswer]:
    """Decisions with their reasons, the newest occasion first; what was not sent too."""
    wanted = ActionFilter(own=own, state=state, decision=decision, reason=reason)
    name = f"actions {own} {state} {decision} {reason}"
    (after,) = paging.after(name, tuple[int]) or (None,)
    rows = await list_actions(connection, wanted, after=after, limit=paging.limit + 1)
    page = paging.page(name, rows, lambda row: (row.id,))
    return Page[ActionAnswer].model_validate({**page, "data": [action_answer(one) for one in page["data"]]})


@router.get("/v1/actions/{id}")
async def get_action(number: ActionNumber, connection: Connection) -> ActionStoryAnswer:
    """One action with all its decisions and tries."""
    story = await read_action(connection, number)
    decisions = [decision_answer(one) for one in story.decisions]
    tries = [attempt_answer(one) for one in story.attempts]
    return ActionStoryAnswer.model_validate({**action_fields(story.answered), "decisions": decisions, "tries": tries})


@router.post("/v1/actions", status_code=201)
async def post_action(
    asked: ActionOrder, connection: Connection, deployment: Deployed, request: Request, response: Response
) -> ActionAnswer:
    """Decide an own action at once; 201 also where the arbiter refuses it: `decision` and `reason` say so."""
    own = read_customer(asked.customer, request.app.state.identity_key)
    order = Order(
        purpose=asked.purpose,
        kind=ActionKind(asked.kind),
        template=asked.template,
        channels=tuple(asked.channels),
        tone=asked.tone,
        task_kind=asked.task_kind,
        role=asked.role,
        due_within_hours=asked.due_within_hours,
        valid_for_hours=asked.valid_for_hours,
        case_id=asked.case_id,
    )
    made = action_answer(await order_action(connection, own, order, named=asked.customer, deployment=deployment))
    response.headers["location"] = f"/v1/actions/{made.id}"
    return made


@router.post("/v1/actions/{id}/cancel")
async def post_cancel(number: ActionNumber, connection: Connection, deployment: Deployed) -> ActionAnswer:
    """Cancel what waits, or end what was put off; 409 when it has gone out or ended."""
    return action_answer(await cancel_action(connection, number, deployment=deployment))
