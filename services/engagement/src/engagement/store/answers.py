"""What was decided, and what became of it? Occasions that were answered, with their last decision and their action."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS: Final = """
    o.id, o.customer, d.playbook, o.version, o.step, d.purpose, d.kind, d.id AS decision_id, d.decision,
    coalesce(a.reason, d.reason) AS reason, d.detail, d.until, d.at, o.at AS occasion_at, o.due_at, o.valid_until,
    coalesce(o.experiment, a.experiment) AS experiment, o.arm, a.state, coalesce(a.channel, d.channel) AS channel,
    a.template, a.language, a.task_kind, a.planned_at, a.sent_at, a.opened_at, a.clicked_at, a.attempts,
    coalesce(a.case_id, o.facts ->> 'case_id') AS case_id,
    coalesce(a.request_id, o.facts ->> 'request_id') AS request_id
"""
_LAST: Final = "JOIN LATERAL (SELECT * FROM decision WHERE occasion_id = o.id ORDER BY id DESC LIMIT 1) d ON true"
_LIST = text(
    f"""
    SELECT {_COLUMNS} FROM occasion o {_LAST} LEFT JOIN action a ON a.id = o.id
    WHERE (CAST(:after AS bigint) IS NULL OR o.id < :after)
      AND (CAST(:customers AS text[]) IS NULL OR o.customer = ANY(:customers))
      AND (CAST(:state AS text) IS NULL OR a.state = :state)
      AND (CAST(:decision AS text) IS NULL OR d.decision = :decision)
      AND (CAST(:reason AS text) IS NULL OR coalesce(a.reason, d.reason) = :reason)
    ORDER BY o.id DESC LIMIT :limit
    """  # noqa: S608 - the names above
)
_ONE = text(
    f"SELECT {_COLUMNS} FROM occasion o {_LAST} LEFT JOIN action a ON a.id = o.id WHERE o.id = :id"  # noqa: S608
)
_HISTORY = text(
    """
    SELECT id, occasion_id, playbook, purpose, kind, decision, reason, detail, until, channel, arm, at FROM decision
    WHERE (CAST(:customers AS text[]) IS NULL OR customer = ANY(:customers))
      AND (CAST(:occasion AS bigint) IS NULL OR occasion_id = :occasion)
    ORDER BY id DESC LIMIT :limit
    """
)
_ATTEMPTS = text(
    """
    SELECT number, channel, adapter, started_at, finished_at, outcome, detail FROM attempt
    WHERE action_id = :id ORDER BY number
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredOccasion:
    """One occasion with its last decision, and its action's state where it was sent. `id` is the action's number."""

    id: int
    customer: str
    playbook: str | None
    version: int
    step: int
    purpose: str
    kind: str
    decision_id: int
    decision: str
    reason: str | None
    detail: str | None
    until: datetime | None
    at: datetime
    occasion_at: datetime
    due_at: datetime
    valid_until: datetime
    experiment: str | None
    arm: str | None
    state: str | None
    channel: str | None
    template: str | None
    language: str | None
    task_kind: str | None
    planned_at: datetime | None
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    attempts: int | None
    case_id: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """One row of the append-only table."""

    id: int
    occasion_id: int
    playbook: str | None
    purpose: str
    kind: str
    decision: str
    reason: str | None
    detail: str | None
    until: datetime | None
    channel: str | None
    arm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """One try on a channel. `detail`: what the receiver said, or the text that staff is to send."""

    number: int
    channel: str
    adapter: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    detail: str | None


async def list_answers(
    connection: AsyncConnection,
    *,
    customers: Collection[str] | None,
    state: str | None,
    decision: str | None,
    reason: str | None,
    after: int | None,
    limit: int,
) -> list[AnsweredOccasion]:
    """Answered occasions, the newest first; `customers`: the ids of one customer."""
    asked = {
        "customers": None if customers is None else list(customers),
        "state": state,
        "decision": decision,
        "reason": reason,
        "after": after,
        "limit": limit,
    }
    return [_answered(row) for row in await connection.execute(_LIST, asked)]


async def read_answer(connection: AsyncConnection, id_: int) -> AnsweredOccasion | None:
    """One answered occasion."""
    row = (await connection.execute(_ONE, {"id": id_})).one_or_none()
    return None if row is None else _answered(row)


async def read_decisions(
    connection: AsyncConnection,
    *,
    customers: Collection[str] | None = None,
    occasion: int | None = None,
    limit: int,
) -> list[PastDecision]:
    """Decisions, the newest first: of the ids of one customer, or of one occasion."""
    asked = {"customers": None if customers is None else list(customers), "occasion": occasion, "limit": limit}
    return [PastDecision(**row._mapping) for row in await connection.execute(_HISTORY, asked)]


async def read_attempts(connection: AsyncConnection, action_id: int) -> list[PastAttempt]:
    """The tries of one action, the first first."""
    return [PastAttempt(**row._mapping) for row in await connection.execute(_ATTEMPTS, {"id": action_id})]


def _answered(row: Row[tuple[object, ...]]) -> AnsweredOccasion:
    return AnsweredOccasion(**row._mapping)
