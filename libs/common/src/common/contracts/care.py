"""What does engagement publish about its care? The data of every type of events.md section 5."""

from typing import Final

from msgspec import Struct

from common.contracts.fields import AmountMinor, Currency, Id, Instant, Name
from common.contracts.interactions import Interaction


class Action(Struct, kw_only=True, frozen=True):
    """What every fact about a care action says first."""

    action_id: Id
    purpose: str
    kind: str
    playbook: Name | None = None
    campaign_id: Id | None = None
    case_id: Id | None = None
    request_id: Id | None = None
    experiment: Name | None = None
    arm: str | None = None


class CareDecided(Action, kw_only=True, frozen=True):
    occasion: Id
    decision: str
    reason: Name | None = None
    until: Instant | None = None


class CareSent(Action, kw_only=True, frozen=True):
    channel: str
    personal: bool
    template: Name
    staff_id: Id | None = None


class CareFailed(Action, kw_only=True, frozen=True):
    state: str
    reason: Name


class CareOutcome(Action, kw_only=True, frozen=True):
    outcome: str
    amount_minor: AmountMinor | None = None
    currency: Currency | None = None


class TaskChanged(Action, kw_only=True, frozen=True):
    task_id: Id
    task_kind: Name
    role: Name
    due_at: Instant
    staff_id: Id | None = None
    outcome: str | None = None
    on_time: bool | None = None


class BenefitChanged(Action, kw_only=True, frozen=True):
    benefit_id: Id
    benefit: Name
    expires_at: Instant
    amount_minor: AmountMinor | None = None
    currency: Currency | None = None


class TaskContact(Interaction, kw_only=True, frozen=True):
    """An interaction that a done task taught."""

    task_id: Id


DATA: Final[dict[str, type[Struct]]] = {
    "care.decided": CareDecided,
    "care.sent": CareSent,
    "care.failed": CareFailed,
    "care.outcome": CareOutcome,
    **dict.fromkeys(("task.created", "task.done", "task.missed"), TaskChanged),
    **dict.fromkeys(("benefit.granted", "benefit.redeemed", "benefit.expired"), BenefitChanged),
    **dict.fromkeys(("call.made", "meeting.held", "return_visit.done"), TaskContact),
    **dict.fromkeys(("event.registered", "event.attended"), Interaction),
}
