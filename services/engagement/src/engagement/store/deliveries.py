"""Which actions are due, who is sending them, and what came of each try? Rows of action and attempt.

waiting (leased) -> (attempt row) sending -> sent | awaiting_staff | waiting again | failed | unknown. An outcome counts
only for the try that the action is in: a worker that lost its lease meanwhile finds another number. Only the word that
it was sent counts whenever it comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

LEASE_SECONDS: Final = 60
SHOWN: Final = (
    "id, customer, playbook, version, step, purpose, kind, channel, template, template_version, language, case_id, "
    "request_id, experiment, arm, staff_id, state, reason, attempts, channel_tries"
)

_CLAIM = text(
    """
    UPDATE action SET lease_until = now() + make_interval(secs => :lease)
    FROM unnest(CAST(:channels AS text[]), CAST(:again AS boolean[]), CAST(:most AS int[])) AS room(name, again, most)
    CROSS JOIN LATERAL (
        SELECT id FROM action WHERE state = 'waiting' AND channel = room.name AND next_try_at <= now()
            AND (channel_tries > 0) = room.again AND (lease_until IS NULL OR lease_until < now())
        ORDER BY next_try_at, id LIMIT room.most FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE action.id = due.id RETURNING action.id
    """
)
_READ_MANY = text(f"SELECT {SHOWN} FROM action WHERE id = ANY(:ids) AND state = 'waiting' ORDER BY id")  # noqa: S608
_BEGIN = text(
    """
    UPDATE action SET state = 'sending', attempts = attempts + 1, channel_tries = channel_tries + 1,
        channel = begun.channel, template = begun.template, language = begun.language,
        template_version = begun.template_version, next_try_at = NULL,
        lease_until = now() + make_interval(secs => :lease)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:channels AS text[]), CAST(:templates AS text[]),
                CAST(:languages AS text[]), CAST(:versions AS int[]))
        AS begun(id, channel, template, language, template_version)
    WHERE action.id = begun.id
    """
)
_ATTEMPT = text(
    """
    INSERT INTO attempt (action_id, number, channel, adapter, started_at)
    SELECT *, now() FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS int[]), CAST(:channels AS text[]),
                                CAST(:adapters AS text[]))
    """
)
_FINISH = text(
    """
    UPDATE attempt SET finished_at = now(), outcome = told.outcome, detail = told.detail
    FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS int[]), CAST(:outcomes AS text[]), CAST(:details AS text[]))
        AS told(action_id, number, outcome, detail)
    WHERE attempt.action_id = told.action_id AND attempt.number = told.number AND attempt.finished_at IS NULL
    """
)
_MOVE = text(
    f"""
    UPDATE action SET state = told.state, reason = told.reason, lease_until = NULL,
        sent_at = CASE WHEN told.state = 'sent' THEN now() ELSE sent_at END,
        accepted_id = coalesce(told.accepted_id, accepted_id),
        next_try_at = now() + make_interval(secs => told.wait),
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
    SELECT {SHOWN} FROM action WHERE state = 'sending' AND lease_until < now()
    ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED
    """  # noqa: S608
)
_EXPIRE = text(
    f"""
    UPDATE action SET state = 'expired', reason = 'expired', next_try_at = NULL
    WHERE id IN (
        SELECT id FROM action WHERE state IN ('waiting', 'awaiting_staff') AND kind <> 'task' AND valid_until < now()
        ORDER BY valid_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {SHOWN}
    """  # noqa: S608
)
_READ = text(f"SELECT {SHOWN} FROM action WHERE id = :id FOR UPDATE")  # noqa: S608
_CONFIRM = text(
    f"""
    UPDATE action SET state = CAST(:state AS text), reason = :reason, lease_until = NULL, next_try_at = NULL,
        sent_at = CASE WHEN CAST(:state AS text) = 'sent' THEN now() ELSE sent_at END,
        staff_id = coalesce(:staff_id, staff_id)
    WHERE id = :id RETURNING {SHOWN}
    """  # noqa: S608
)
_REFUSED_BY = text(
    "SELECT action_id, channel FROM attempt WHERE action_id = ANY(:ids) AND outcome = 'rejected' ORDER BY number"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many first tries and retries of a channel may begin now."""

    channel: str
    first: int
    again: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An action on its way. `attempts` counts all tries, `channel_tries` those on the channel that it is on."""

    id: int
    customer: str
    playbook: str | None
    version: int | None
    step: int
    purpose: str
    kind: str
    channel: str | None
    template: str | None
    template_version: int | None
    language: str | None
    case_id: str | None
    request_id: str | None
    experiment: str | None
    arm: str | None
    staff_id: str | None
    state: str
    reason: str | None
    attempts: int
    channel_tries: int

    @property
    def action_id(self) -> str:
        """As the world knows it: `act_9`."""
        return f"act_{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A try about to be made."""

    id: int
    number: int
    channel: str
    adapter: str
    template: str
    template_version: int
    language: str


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


async def claim_due(connection: AsyncConnection, rooms: Sequence[Room]) -> list[int]:
    """Lease actions that are due, at most as many as there is room; no other worker looks at them meanwhile."""
    wanted = [
        (room.channel, again, most) for room in rooms for again, most in ((False, room.first), (True, room.again))
    ]
    wanted = [one for one in wanted if one[2] > 0]
    if not wanted:
        return []
    channels, again, most = (list(column) for column in zip(*wanted, strict=True))
    claim = {"channels": channels, "again": again, "most": most, "lease": LEASE_SECONDS}
    return sorted((await connection.execute(_CLAIM, claim)).scalars())


async def read_waiting(connection: AsyncConnection, ids: Iterable[int]) -> list[Delivery]:
    """Those of some actions that still wait; the caller holds their locks."""
    return [_delivery(row) for row in await connection.execute(_READ_MANY, {"ids": list(ids)})]


async def begin_attempts(connection: AsyncConnection, begun: Sequence[Begun]) -> None:
    """Write each try before it is made, and lease its action."""
    if not begun:
        return
    ids, channels = [one.id for one in begun], [one.channel for one in begun]
    action = {
        "ids": ids,
        "channels": channels,
        "templates": [one.template for one in begun],
        "languages": [one.language for one in begun],
        "versions": [one.template_version for one in begun],
        "lease": LEASE_SECONDS,
    }
    await connection.execute(_BEGIN, action)
    numbers, adapters = [one.number for one in begun], [one.adapter for one in begun]
    await connection.execute(_ATTEMPT, {"ids": ids, "numbers": numbers, "channels": channels, "adapters": adapters})


async def finish_attempts(connection: AsyncConnection, told: Sequence[Told]) -> list[Delivery]:
    """Write what came of some tries; the actions that moved."""
    if not told:
        return []
    ids, numbers = [one.id for one in told], [one.number for one in told]
    outcomes, details = [one.outcome for one in told], [one.detail[:500] for one in told]
    await connection.execute(_FINISH, {"ids": ids, "numbers": numbers, "outcomes": outcomes, "details": details})
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
        },
    )
    return [_delivery(row) for row in rows]


async def lock_lost(connection: AsyncConnection, limit: int) -> list[Delivery]:
    """Actions whose sender let its lease run out: nobody knows what came of their last try."""
    return [_delivery(row) for row in await connection.execute(_LOST, {"limit": limit})]


async def expire_overdue(connection: AsyncConnection, limit: int) -> list[Delivery]:
    """End what could not go out, or was not confirmed, while it was valid; the actions that ended."""
    return [_delivery(row) for row in await connection.execute(_EXPIRE, {"limit": limit})]


async def lock_delivery(connection: AsyncConnection, id_: int) -> Delivery | None:
    """One action, locked."""
    row = (await connection.execute(_READ, {"id": id_})).one_or_none()
    return None if row is None else _delivery(row)


async def confirm(
    connection: AsyncConnection, id_: int, *, state: str, reason: str | None, staff_id: str | None
) -> Delivery:
    """Obey a later word of the receiver or of staff."""
    told = {"id": id_, "state": state, "reason": reason, "staff_id": staff_id}
    return _delivery((await connection.execute(_CONFIRM, told)).one())


async def refused_by(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, set[str]]:
    """The channels that rejected each action for good."""
    refused: dict[int, set[str]] = {}
    for id_, channel in await connection.execute(_REFUSED_BY, {"ids": list(ids)}):
        refused.setdefault(id_, set()).add(channel)
    return refused


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    return Delivery(**row._mapping)
