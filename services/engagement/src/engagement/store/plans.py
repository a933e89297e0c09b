"""What did the planner plan, whom must it plan again, and how far is its pass over everybody?

Planned rows move and are withdrawn only while they are not due yet: from the due instant on they belong to the arbiter.
A withdrawn row whose reason comes back is open again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.occasion import Occasion

_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(hashtext('guanxi planner'))")
_DOCUMENTS = text("SELECT coalesce(max(id), 0) FROM document WHERE kind IN ('playbook', 'calendar')")
_PASS = text("SELECT day, document_id, after FROM planning")
_SAVE_PASS = text(
    """
    INSERT INTO planning (day, document_id, after) VALUES (:day, :document_id, :after)
    ON CONFLICT (is_only) DO UPDATE
    SET day = excluded.day, document_id = excluded.document_id, after = excluded.after
    """
)
_MARK = text("INSERT INTO replan (customer) SELECT unnest(CAST(:customers AS text[]))")
_CLAIM = text(
    """
    DELETE FROM replan WHERE id IN (SELECT id FROM replan ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING customer
    """
)
_PLANNED = text(
    """
    SELECT id, playbook, step, customer, key, version, due_at, valid_until,
           due_at > :now AND decide_at IS NOT NULL
    FROM occasion WHERE planned AND (
        (customer = ANY(:ids) AND due_at > :now AND decide_at IS NOT NULL)
        OR (customer = ANY(:united) AND due_at > :now - interval '400 days' AND withdrawn_at IS NULL))
    ORDER BY id
    """
)
_WRITE = text(
    """
    INSERT INTO occasion AS known
        (playbook, version, step, customer, key, at, due_at, valid_until, decide_at, facts, planned)
    SELECT playbook, version, step, customer, key, at, due_at, valid_until, due_at, CAST(facts AS jsonb), true
    FROM unnest(CAST(:playbooks AS text[]), CAST(:versions AS int[]), CAST(:steps AS int[]),
                CAST(:customers AS text[]), CAST(:keys AS text[]), CAST(:ats AS timestamptz[]),
                CAST(:due_ats AS timestamptz[]), CAST(:valid_untils AS timestamptz[]), CAST(:facts AS text[]))
        AS new(playbook, version, step, customer, key, at, due_at, valid_until, facts)
    ON CONFLICT (playbook, step, customer, key) DO UPDATE
    SET version = excluded.version, at = excluded.at, due_at = excluded.due_at, valid_until = excluded.valid_until,
        decide_at = excluded.due_at, facts = excluded.facts, withdrawn_at = NULL, answer = NULL, reason = NULL
    WHERE known.planned
      AND (known.withdrawn_at IS NOT NULL OR (known.decide_at IS NOT NULL AND known.due_at > :now))
    """
)
_WITHDRAW = text(
    """
    WITH ended AS (
        UPDATE occasion SET decide_at = NULL, withdrawn_at = :now, answer = 'skip', reason = 'stopped'
        WHERE id = ANY(:ids) AND planned AND decide_at IS NOT NULL AND due_at > :now
        RETURNING id, customer, playbook, arm
    )
    INSERT INTO decision (occasion_id, customer, playbook, purpose, kind, decision, reason, arm, at)
    SELECT ended.id, customer, playbook, purpose, kind, 'skip', 'stopped', arm, :now
    FROM ended JOIN unnest(CAST(:ids AS bigint[]), CAST(:purposes AS text[]), CAST(:kinds AS text[]))
        AS told(id, purpose, kind) ON told.id = ended.id
    ORDER BY ended.id
    """
)
_NOW = text("SELECT now()")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A planned occasion. `is_open`: neither due nor ended yet."""

    id: int
    playbook: str
    step: int
    customer: str
    key: str
    version: int
    due_at: datetime
    valid_until: datetime
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A pass over everybody for a day and the documents then in force; `after` is None once it is over."""

    day: date
    document_id: int
    after: str | None


async def database_now(connection: AsyncConnection) -> datetime:
    """The database's clock, which says what is due."""
    now: datetime = (await connection.execute(_NOW)).scalar_one()
    return now


async def lock_planner(connection: AsyncConnection) -> bool:
    """Whether this transaction is the only one that plans."""
    return bool((await connection.execute(_ONE_AT_A_TIME)).scalar_one())


async def newest_document(connection: AsyncConnection) -> int:
    """The id of the last playbook or calendar that came into force."""
    return int((await connection.execute(_DOCUMENTS)).scalar_one())


async def read_pass(connection: AsyncConnection) -> Pass | None:
    """The last pass; None before the first."""
    row = (await connection.execute(_PASS)).one_or_none()
    return None if row is None else Pass(day=row[0], document_id=row[1], after=row[2])


async def save_pass(connection: AsyncConnection, done: Pass) -> None:
    """Remember how far a pass is."""
    place = {"day": done.day, "document_id": done.document_id, "after": done.after}
    await connection.execute(_SAVE_PASS, place)


async def mark_for_replanning(connection: AsyncConnection, customers: Collection[str]) -> None:
    """Ask for ids to be planned again."""
    if customers:
        await connection.execute(_MARK, {"customers": sorted(customers)})


async def claim_marks(connection: AsyncConnection, *, limit: int) -> list[str]:
    """Take marked ids; they come back if the transaction fails."""
    return list(dict.fromkeys((await connection.execute(_CLAIM, {"limit": limit})).scalars()))


async def read_planned(
    connection: AsyncConnection, ids: Collection[str], *, united: Collection[str], now: datetime
) -> list[PlannedRow]:
    """The open planned occasions of some ids, by id; of `united` ids also those that were answered lately."""
    rows = await connection.execute(_PLANNED, {"ids": list(ids), "united": list(united), "now": now})
    return [
        PlannedRow(
            id=row[0],
            playbook=row[1],
            step=row[2],
            customer=row[3],
            key=row[4],
            version=row[5],
            due_at=row[6],
            valid_until=row[7],
            is_open=row[8],
        )
        for row in rows
    ]


async def write_planned(connection: AsyncConnection, occasions: Sequence[Occasion], *, now: datetime) -> None:
    """Plan occasions, or move those that are not due yet; what was answered stays."""
    if not occasions:
        return
    columns: Iterable[tuple[str, list[Any]]] = (
        ("playbooks", [one.playbook for one in occasions]),
        ("versions", [one.version for one in occasions]),
        ("steps", [one.step for one in occasions]),
        ("customers", [one.customer for one in occasions]),
        ("keys", [one.key for one in occasions]),
        ("ats", [one.at for one in occasions]),
        ("due_ats", [one.due_at for one in occasions]),
        ("valid_untils", [one.valid_until for one in occasions]),
        ("facts", [json.encode(one.facts).decode() for one in occasions]),
    )
    await connection.execute(_WRITE, {"now": now, **dict(columns)})


async def withdraw(connection: AsyncConnection, ended: Sequence[tuple[int, str, str]], *, now: datetime) -> None:
    """End occasions (id, purpose, kind) that are not due yet, each with the decision that its reason is gone."""
    if ended:
        ids, purposes, kinds = (list(column) for column in zip(*ended, strict=True))
        await connection.execute(_WITHDRAW, {"ids": ids, "purposes": purposes, "kinds": kinds, "now": now})
