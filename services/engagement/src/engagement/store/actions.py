"""What was decided to be done? One action an occasion, with its state until it is sent, done or ended unsent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asyncpg import Connection, Record

from engagement.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A row of the table; `id` is its occasion's."""

    id: int
    customer: str
    playbook: str | None
    version: int | None
    step: int
    purpose: str
    kind: str
    task_kind: str | None
    channel: str | None
    template: str
    language: str
    priority: int
    family: str | None
    tone: str
    state: str
    planned_at: datetime
    valid_until: datetime
    next_try_at: datetime | None
    reason: str | None = None
    case_id: str | None = None
    request_id: str | None = None
    experiment: str | None = None
    arm: str | None = None
    staff_id: str | None = None


_COLUMNS: Final = tuple(Action.__dataclass_fields__)
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM action"  # noqa: S608 - the names above
_LOCK_DUE: Final = f"""
    {_SELECT} WHERE id = ANY($1) AND state = 'waiting' AND next_try_at <= $2 ORDER BY id FOR UPDATE SKIP LOCKED
"""
_LOCK_OPEN: Final = f"""
    {_SELECT} WHERE id IN (
        SELECT id FROM action WHERE customer = ANY($1) AND state = 'waiting' FOR UPDATE SKIP LOCKED
    ) OR id IN (SELECT id FROM action WHERE customer = ANY($1) AND state = 'awaiting_staff' FOR UPDATE)
    ORDER BY id
"""  # noqa: S608
_WITH_OPEN: Final = """
    SELECT DISTINCT customer FROM action WHERE customer = ANY($1) AND state IN ('waiting', 'awaiting_staff')
"""
_LOCK_ONE: Final = f"{_SELECT} WHERE id = $1 FOR UPDATE"
_END: Final = """
    UPDATE action a SET state = told.state, reason = told.reason, next_try_at = NULL, lease_until = NULL
    FROM unnest($1::bigint[], $2::text[], $3::text[]) AS told(id, state, reason) WHERE a.id = told.id
"""
_END_TASKS: Final = """
    UPDATE task SET state = 'cancelled' WHERE action_id = ANY($1) AND state IN ('open', 'claimed', 'missed')
"""
_MOVE: Final = """
    UPDATE action a SET next_try_at = told.at, planned_at = told.at, channel = told.channel, template = told.template,
        state = CASE WHEN a.kind = 'task' THEN a.state ELSE 'waiting' END,
        channel_tries = CASE WHEN a.channel = told.channel THEN a.channel_tries ELSE 0 END,
        template_version = CASE WHEN a.template = told.template THEN a.template_version END
    FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[]) AS told(id, at, channel, template)
    WHERE a.id = told.id
"""
_REJECTED: Final = """
    SELECT action_id, array_agg(DISTINCT channel) FROM attempt
    WHERE action_id = ANY($1) AND outcome = 'rejected' GROUP BY action_id
"""
_OPENED: Final = """
    UPDATE action a SET opened_at = least(a.opened_at, told.opened_at),
        clicked_at = least(a.clicked_at, told.clicked_at)
    FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[])
            AS told(id, owner, opened_at, clicked_at),
         unnest($5::text[], $6::text[]) AS member(customer, owner)
    WHERE a.id = told.id AND a.customer = member.customer AND member.owner = told.owner AND a.kind <> 'task'
"""
_LOAD: Final = """
    SELECT channel, task_kind, count(*) FROM action
    WHERE coalesce(sent_at, planned_at) >= $1 AND coalesce(sent_at, planned_at) < $2
      AND state NOT IN ('failed', 'cancelled', 'expired')
    GROUP BY channel, task_kind
"""
_LOCK_LOAD: Final = "SELECT pg_advisory_xact_lock(hashtext('guanxi capacity'))"


async def add_actions(raw: Connection, actions: Sequence[Action]) -> None:
    """Write new actions."""
    if actions:
        records = [tuple(getattr(one, name) for name in _COLUMNS) for one in actions]
        await raw.copy_records_to_table("action", records=records, columns=_COLUMNS)


async def lock_due(raw: Connection, ids: Collection[int], *, now: datetime) -> list[Action]:
    """Those of some actions that are still due to go out and that nobody else holds. Lock their customers first."""
    return [_action(row) for row in await raw.fetch(_LOCK_DUE, list(ids), now)]


async def lock_open(raw: Connection, customers: Collection[str]) -> list[Action]:
    """The actions of some ids that wait to go out or for staff. Lock their customers first.

    One that a sender holds is left out: the sender asks again before it sends.
    """
    return [_action(row) for row in await raw.fetch(_LOCK_OPEN, list(customers))]


async def with_open_actions(raw: Connection, customers: Collection[str]) -> set[str]:
    """Those of some ids that have an action that waits to go out or for staff."""
    return {row[0] for row in await raw.fetch(_WITH_OPEN, list(customers))}


async def lock_action(raw: Connection, action_id: int) -> Action | None:
    """One action."""
    row = await raw.fetchrow(_LOCK_ONE, action_id)
    return None if row is None else _action(row)


async def end_actions(raw: Connection, ended: Mapping[int, tuple[str, Reason]]) -> None:
    """Action id -> state and reason with which it ends unsent; an open task ends with it."""
    if ended:
        states, reasons = zip(*ended.values(), strict=True)
        await raw.execute(_END, list(ended), list(states), list(reasons))
        await raw.execute(_END_TASKS, list(ended))


async def move_actions(raw: Connection, moved: Mapping[int, tuple[datetime, str | None, str]]) -> None:
    """Action id -> when it is tried, by which channel and with which template; it counts on that day."""
    if moved:
        ats, channels, templates = zip(*moved.values(), strict=True)
        await raw.execute(_MOVE, list(moved), list(ats), list(channels), list(templates))


async def note_openings(
    raw: Connection,
    told: Sequence[tuple[int, str, datetime | None, datetime | None]],
    owners: Mapping[str, str],
) -> None:
    """(action id, customer, opened, clicked): the earliest stays. `owners`: id -> customer, of all ids of each."""
    columns = [list(column) for column in zip(*told, strict=True)]
    await raw.execute(_OPENED, *columns, list(owners), list(owners.values()))


async def rejected_channels(raw: Connection, ids: Collection[int]) -> dict[int, list[str]]:
    """The channels that refused an action for good."""
    return {row[0]: row[1] for row in await raw.fetch(_REJECTED, list(ids))}


async def read_load(raw: Connection, *, since: datetime, until: datetime) -> list[tuple[str | None, str | None, int]]:
    """(channel, task kind, how many) planned or sent in a day; until the transaction ends nobody else counts."""
    await raw.execute(_LOCK_LOAD)
    return [(channel, task_kind, number) for channel, task_kind, number in await raw.fetch(_LOAD, since, until)]


def _action(row: Record) -> Action:
    return Action(**dict(row.items()))
