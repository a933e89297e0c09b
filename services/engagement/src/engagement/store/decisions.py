"""Which occasions are due, and what was answered? Claimed by row lock, answered once, every answer a row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import json

from engagement.domain.arbiter import Decision
from engagement.domain.occasion import Occasion

_COLUMNS: Final = """
    id, playbook, version, step, customer, key, at, due_at, valid_until, facts::text, experiment, arm
"""
_CLAIM_DUE: Final = f"""
    SELECT {_COLUMNS} FROM occasion WHERE decide_at <= $1 ORDER BY decide_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - the names above
_CLAIM_OF: Final = f"""
    SELECT {_COLUMNS} FROM occasion WHERE customer = ANY($2) AND decide_at <= $1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608
_CLAIM_ONE: Final = f"SELECT {_COLUMNS} FROM occasion WHERE id = $1 AND decide_at IS NOT NULL FOR UPDATE"  # noqa: S608
_READ: Final = f"SELECT {_COLUMNS} FROM occasion WHERE id = ANY($1)"  # noqa: S608
_WRITE: Final = """
    INSERT INTO decision
        (occasion_id, customer, playbook, purpose, kind, decision, reason, until, channel, arm, detail, at)
    SELECT *, $12 FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                              $8::timestamptz[], $9::text[], $10::text[], $11::text[])
    RETURNING occasion_id, id
"""
_ANSWER: Final = """
    UPDATE occasion o SET decide_at = told.until, answer = told.answer, reason = told.reason,
        experiment = coalesce(o.experiment, told.experiment), arm = coalesce(o.arm, told.arm)
    FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS told(id, until, answer, reason, experiment, arm)
    WHERE o.id = told.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A stored occasion, locked, with the arm that an earlier decision gave it."""

    id: int
    occasion: Occasion
    experiment: str | None
    arm: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision to be written, with what lists show beside it. `playbook` is None for an operator's own action."""

    id: int
    customer: str
    playbook: str | None
    purpose: str
    kind: str
    decision: Decision
    case_id: str | None = None
    request_id: str | None = None

    @property
    def experiment(self) -> str | None:
        return self.decision.experiment

    @property
    def arm(self) -> str | None:
        return self.decision.arm


async def claim_due(raw: Connection, *, now: datetime, limit: int) -> list[Claimed]:
    """Some of the occasions that are due and that nobody else holds."""
    return [_claimed(row) for row in await raw.fetch(_CLAIM_DUE, now, limit)]


async def claim_due_of(raw: Connection, customers: Collection[str], *, now: datetime) -> list[Claimed]:
    """All the due occasions of some ids that nobody else holds, those held already included."""
    return [_claimed(row) for row in await raw.fetch(_CLAIM_OF, now, list(customers))]


async def claim_one(raw: Connection, occasion_id: int) -> Claimed | None:
    """One occasion that has not ended, due or not."""
    row = await raw.fetchrow(_CLAIM_ONE, occasion_id)
    return None if row is None else _claimed(row)


async def read_occasions(raw: Connection, ids: Collection[int]) -> dict[int, Claimed]:
    """Some occasions as they are, not locked."""
    return {row["id"]: _claimed(row) for row in await raw.fetch(_READ, list(ids))}


async def write_decisions(raw: Connection, decided: Sequence[Decided], *, now: datetime) -> dict[int, int]:
    """Write one decision an occasion, end or defer the occasions; occasion id -> decision id."""
    if not decided:
        return {}
    decisions = [one.decision for one in decided]
    ids = [one.id for one in decided]
    answers, reasons = [str(one.answer) for one in decisions], [one.reason for one in decisions]
    untils, arms = [one.until for one in decisions], [one.arm for one in decisions]
    written = await raw.fetch(
        _WRITE,
        ids,
        [one.customer for one in decided],
        [one.playbook for one in decided],
        [one.purpose for one in decided],
        [one.kind for one in decided],
        answers,
        reasons,
        untils,
        [one.channel for one in decisions],
        arms,
        [one.detail for one in decisions],
        now,
    )
    await raw.execute(_ANSWER, ids, untils, answers, reasons, [one.experiment for one in decisions], arms)
    return {row[0]: row[1] for row in written}


def _claimed(row: Record) -> Claimed:
    occasion = Occasion(
        id=row["id"],
        playbook=row["playbook"],
        version=row["version"],
        step=row["step"],
        customer=row["customer"],
        key=row["key"],
        at=row["at"],
        due_at=row["due_at"],
        valid_until=row["valid_until"],
        facts=json.decode(row["facts"]),
    )
    return Claimed(id=row["id"], occasion=occasion, experiment=row["experiment"], arm=row["arm"])
