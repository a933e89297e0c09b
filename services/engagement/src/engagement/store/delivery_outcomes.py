"""What came of a try, and what ended without one? Outcomes of attempts, and the states of their actions.

sending -> sent | awaiting_staff | waiting again | failed | unknown. An outcome counts only for the try that the action
is in: a worker that lost its lease meanwhile finds another number. Only the word that it was sent counts whenever it
comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.store.deliveries import SHOWN, Delivery, delivery_of

_FINISH = text(
    """
    UPDATE attempt SET finished_at = CAST(:now AS timestamptz), outcome = told.outcome, detail = told.detail
    FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS int[]), CAST(:outcomes AS text[]), CAST(:details AS text[]))
        AS told(action_id, number, outcome, detail)
    WHERE attempt.action_id = told.action_id AND attempt.number = told.number AND attempt.finished_at IS NULL
    """
)
_MOVE = text(
    f"""
    UPDATE action SET state = told.state, reason = told.reason, lease_until = NULL,
        sent_at = CASE WHEN told.state = 'sent' THEN CAST(:now AS timestamptz) ELSE sent_at END,
        accepted_id = coalesce(told.accepted_id, action.accepted_id),
        next_try_at = CAST(:now AS timestamptz) + make_interval(secs => told.wait),
        channel = coalesce(told.next_channel, channel),
        channel_tries = CASE WHEN told.next_channel IS NULL THEN channel_tries ELSE 0 END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS int[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
                CAST(:waits AS float8[]), CAST(:accepted AS text[]), CAST(:next_channels AS text[]))
        AS told(told_id, number, state, reason, wait, accepted_id, next_channel)
    WHERE action.id = told.told_id
        AND (action.state = 'sending' AND action.attempts = told.number
             OR told.state = 'sent' AND action.state IN ('sending', 'waiting', 'awaiting_staff', 'unknown', 'failed',
                                                         'expired'))
    RETURNING {", ".join(f"action.{name}" for name in SHOWN.split(", "))}
    """  # noqa: S608
)
_LOST = text(
    f"""
    SELECT {SHOWN} FROM action WHERE state = 'sending' AND lease_until < CAST(:now AS timestamptz)
    ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED
    """  # noqa: S608
)
_EXPIRE = text(
    f"""
    UPDATE action SET state = 'expired', reason = 'expired', next_try_at = NULL
    WHERE id IN (
        SELECT id FROM action WHERE state IN ('waiting', 'awaiting_staff') AND kind <> 'task'
            AND valid_until < CAST(:now AS timestamptz)
        ORDER BY valid_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {SHOWN}
    """  # noqa: S608
)
_READ = text(f"SELECT {SHOWN} FROM action WHERE id = :id FOR UPDATE")  # noqa: S608
_LOOK = text(f"SELECT {SHOWN} FROM action WHERE id = :id")  # noqa: S608
_CONFIRM = text(
    f"""
    UPDATE action SET state = CAST(:state AS text), reason = :reason, lease_until = NULL, next_try_at = NULL,
        sent_at = CASE WHEN CAST(:state AS text) = 'sent' THEN CAST(:now AS timestamptz) ELSE sent_at END,
        staff_id = coalesce(:staff_id, staff_id)
    WHERE id = :id RETURNING {SHOWN}
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a try: the attempt's outcome, and where the action goes. `wait`: until the next try, if any."""

    id: int
    number: int
    outcome: str
    detail: str
    state: str
    reason: str | None = None
    wait: timedelta | None = None
    accepted_id: str | None = None
    next_channel: str | None = None


async def finish_attempts(connection: AsyncConnection, told: Sequence[Told], *, now: datetime) -> list[Delivery]:
    """Write what came of some tries; the actions that moved."""
    if not told:
        return []
    ids, numbers = [one.id for one in told], [one.number for one in told]
    outcomes, details = [one.outcome for one in told], [one.detail for one in told]
    await connection.execute(
        _FINISH, {"ids": ids, "numbers": numbers, "outcomes": outcomes, "details": details, "now": now}
    )
    rows = await connection.execute(
        _MOVE,
        {
            "ids": ids,
            "numbers": numbers,
            "states": [one.state for one in told],
            "reasons": [one.reason for one in told],
            "waits": [None if one.wait is None else one.wait.total_seconds() for one in told],
            "accepted": [one.accepted_id for one in told],
            "next_channels": [one.next_channel for one in told],
            "now": now,
        },
    )
    return [delivery_of(row) for row in rows]


async def lock_lost(connection: AsyncConnection, limit: int, *, now: datetime) -> list[Delivery]:
    """Actions whose sender let its lease run out: nobody knows what came of their last try."""
    return [delivery_of(row) for row in await connection.execute(_LOST, {"limit": limit, "now": now})]


async def expire_overdue(connection: AsyncConnection, limit: int, *, now: datetime) -> list[Delivery]:
    """End what could not go out, or was not confirmed, while it was valid; the actions that ended."""
    return [delivery_of(row) for row in await connection.execute(_EXPIRE, {"limit": limit, "now": now})]


async def read_delivery(connection: AsyncConnection, id_: int) -> Delivery | None:
    """One action as it is now."""
    row = (await connection.execute(_LOOK, {"id": id_})).one_or_none()
    return None if row is None else delivery_of(row)


async def lock_delivery(connection: AsyncConnection, id_: int) -> Delivery | None:
    """One action, locked."""
    row = (await connection.execute(_READ, {"id": id_})).one_or_none()
    return None if row is None else delivery_of(row)


async def confirm(
    connection: AsyncConnection, id_: int, *, state: str, reason: str | None, staff_id: str | None, now: datetime
) -> Delivery:
    """Obey a later word of the receiver or of staff."""
    told = {"id": id_, "state": state, "reason": reason, "staff_id": staff_id, "now": now}
    return delivery_of((await connection.execute(_CONFIRM, told)).one())
