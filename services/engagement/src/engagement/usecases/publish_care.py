"""What does the world hear of care? Facts of events.md section 5, written to the outbox with the change they tell of.

Ids are natural: `act_9:decided:17`, `act_9:sent`, `act_9:failed`, `task_5:done`. No free text is published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from common.events import CARE, Event, encode_event
from common.outbox import add_to_outbox
from engagement.domain.arbiter import Decision

SOURCE: Final = "guanxi.engagement"


class AboutAction(Protocol):
    """What every fact says first, as a row of an action tells it."""

    @property
    def id(self) -> int: ...
    @property
    def customer(self) -> str: ...
    @property
    def playbook(self) -> str | None: ...
    @property
    def purpose(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def case_id(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def experiment(self) -> str | None: ...
    @property
    def arm(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CareFact:
    """One event to come: `id` and `type` as events.md names them, `data` with the action's part."""

    id: str
    type: str
    customer: str
    data: Mapping[str, Any]


def action_name(action_id: int) -> str:
    """As the world knows an action: act_9."""
    return f"act_{action_id}"


def care_fact(action: AboutAction, type_: str, id_: str, **own: Any) -> CareFact:
    """A fact about an action; members that are None are left out. `own`: the type's own members."""
    told = {
        "action_id": action_name(action.id),
        "purpose": action.purpose,
        "kind": action.kind,
        "playbook": action.playbook,
        "case_id": action.case_id,
        "request_id": action.request_id,
        "experiment": action.experiment,
        "arm": action.arm,
        **own,
    }
    data = {name: value for name, value in told.items() if value is not None}
    return CareFact(id=id_, type=type_, customer=action.customer, data=data)


def decided_fact(action: AboutAction, decision: Decision, decision_id: int) -> CareFact:
    """care.decided: what the arbiter said to an occasion."""
    return care_fact(
        action,
        "care.decided",
        f"{action_name(action.id)}:decided:{decision_id}",
        occasion=f"occ_{action.id}",
        decision=decision.answer,
        reason=decision.reason,
        until=decision.until,
    )


def failed_fact(action: AboutAction, *, state: str, reason: str) -> CareFact:
    """care.failed: the action ended unsent; once an action."""
    return care_fact(action, "care.failed", f"{action_name(action.id)}:failed", state=state, reason=reason)


async def publish_care(
    connection: AsyncConnection, facts: Sequence[CareFact], *, at: datetime, partitions: int
) -> None:
    """Queue facts in the caller's transaction; `at` is their time."""
    messages = [
        (
            fact.customer,
            encode_event(
                Event(id=fact.id, source=SOURCE, type=fact.type, subject=fact.customer, time=at, data=dict(fact.data))
            ),
        )
        for fact in facts
    ]
    await add_to_outbox(connection, CARE, messages, partitions=partitions)
