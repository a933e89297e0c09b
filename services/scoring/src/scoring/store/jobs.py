"""Which long runs were asked for, and how far is each? One row a job; the worker that holds its lock steps it.

The lock ends with its transaction: when a worker is killed, another goes on at once from what the last step kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
STATES: Final = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)

KEEP_DAYS: Final = 30
STEP_SECONDS: Final = 120
"""How long a step may compute between two statements before its lock is taken away."""
_LOOK_AT: Final = 20

_COLUMNS: Final = (
    "id, kind, state, CAST(params AS text), partial, done, total, CAST(result AS text), error, asked_by,"
    " created_at, started_at, finished_at"
)
_ADD = text(
    """
    INSERT INTO job (id, kind, params, total, asked_by)
    VALUES (:id, :kind, CAST(:params AS json), :total, :asked_by)
    """
)
_FORGET = text("DELETE FROM job WHERE finished_at < now() - make_interval(days => :days)")
_FIND = text(f"SELECT {_COLUMNS} FROM job WHERE id = :id")  # noqa: S608 - names of columns, above
_LIST = text(
    f"SELECT {_COLUMNS} FROM job"  # noqa: S608 - names of columns, above
    " WHERE (CAST(:kind AS text) IS NULL OR kind = :kind) AND (CAST(:state AS text) IS NULL OR state = :state)"
    " AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)
_OPEN = text("SELECT id FROM job WHERE state IN ('queued', 'running') AND kind = ANY(:kinds) ORDER BY id LIMIT :limit")
_COUNT_OPEN = text("SELECT count(*) FROM job WHERE state IN ('queued', 'running')")
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('guanxi job ' || CAST(CAST(:id AS uuid) AS text), 0))")
_PATIENCE = text(f"SET LOCAL idle_in_transaction_session_timeout = '{STEP_SECONDS}s'")
_KEEP = text(
    """
    UPDATE job SET state = 'running', done = :done, total = :total, partial = :partial,
                   started_at = coalesce(started_at, now())
    WHERE id = :id AND state IN ('queued', 'running') AND partial IS NOT DISTINCT FROM CAST(:kept AS bytea)
    """
)
_FINISH = text(
    """
    UPDATE job SET state = CAST(:state AS text), done = coalesce(:done, done), total = coalesce(:done, total),
                   result = CAST(:result AS json), error = :error, partial = NULL,
                   started_at = coalesce(started_at, now()), finished_at = clock_timestamp()
    WHERE id = :id AND state IN ('queued', 'running')
      AND (CAST(:state AS text) = 'failed' OR partial IS NOT DISTINCT FROM CAST(:kept AS bytea))
    """
)
_CANCEL = text(
    """
    UPDATE job SET state = 'cancelled', partial = NULL, finished_at = now()
    WHERE id = :id AND state IN ('queued', 'running')
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One long run. `partial` is what its last step kept, None before the first; `total` None: not known yet."""

    id: UUID
    kind: str
    state: str
    params: dict[str, Any]  # as the kind's own asking wrote it
    partial: Any  # as the kind's own step kept it
    kept: bytes | None  # the same, as it is stored
    done: int
    total: int | None
    result: dict[str, Any] | None  # as the kind's own last step gave it
    error: str | None
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A step was done and more are to come: `done` of `total`, and what the next step goes on from."""

    done: int
    total: int | None
    partial: Any  # whatever MessagePack holds: mappings, lists, numbers, texts, bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The last step was done."""

    result: Mapping[str, Any]  # JSON, in the kind's own shape
    done: int | None = None


async def add_job(
    connection: AsyncConnection, *, kind: str, params: Mapping[str, Any], total: int | None, asked_by: str
) -> UUID:
    """Queue a run, and forget those that ended long ago."""
    id_ = uuid7()
    await connection.execute(_FORGET, {"days": KEEP_DAYS})
    asked = {"id": id_, "kind": kind, "params": _json(params), "total": total, "asked_by": asked_by}
    await connection.execute(_ADD, asked)
    return id_


async def count_open_jobs(connection: AsyncConnection) -> int:
    """How many are queued or running."""
    return int((await connection.execute(_COUNT_OPEN)).scalar_one())


async def find_job(connection: AsyncConnection, id_: UUID) -> Job | None:
    """One run with its result."""
    row = (await connection.execute(_FIND, {"id": id_})).one_or_none()
    return None if row is None else _job(row)


async def list_jobs(
    connection: AsyncConnection, *, kind: str | None, state: str | None, before: UUID | None, limit: int
) -> list[Job]:
    """Runs, newest first, before a position."""
    asked = {"kind": kind, "state": state, "before": before, "limit": limit}
    return [_job(row) for row in await connection.execute(_LIST, asked)]


async def claim_job(connection: AsyncConnection, kinds: Sequence[str]) -> Job | None:
    """The oldest open run that no other transaction steps, locked until this one ends."""
    asked = {"kinds": list(kinds), "limit": _LOOK_AT}
    for id_ in (await connection.execute(_OPEN, asked)).scalars().all():
        if not (await connection.execute(_LOCK, {"id": id_})).scalar_one():
            continue
        await connection.execute(_PATIENCE)
        job = await find_job(connection, id_)  # read after the lock: its last step has committed
        if job is not None and job.state in (QUEUED, RUNNING):
            return job
    return None


async def keep_progress(connection: AsyncConnection, job: Job, progress: Progress) -> bool:
    """Keep what a step did; False: the run was cancelled or set back meanwhile."""
    step = {"done": progress.done, "total": progress.total, "partial": msgspec.msgpack.encode(progress.partial)}
    return (await connection.execute(_KEEP, {"id": job.id, "kept": job.kept, **step})).rowcount == 1


async def finish_job(connection: AsyncConnection, job: Job, done: Done) -> bool:
    """End a run with its result; False: it was cancelled or set back meanwhile."""
    ended = {"state": DONE, "done": done.done, "result": _json(done.result), "error": None}
    return (await connection.execute(_FINISH, {"id": job.id, "kept": job.kept, **ended})).rowcount == 1


async def fail_job(connection: AsyncConnection, id_: UUID, error: str) -> None:
    """End a run that cannot go on, with what to do."""
    ended = {"state": FAILED, "done": None, "result": None, "error": error, "kept": None}
    await connection.execute(_FINISH, {"id": id_, **ended})


async def cancel_open_job(connection: AsyncConnection, id_: UUID) -> bool:
    """End a run before its time; False: it had ended. A step that is under way is rolled back."""
    return (await connection.execute(_CANCEL, {"id": id_})).rowcount == 1


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _job(row: Any) -> Job:
    """From a row of _COLUMNS, which the driver leaves untyped."""
    id_, kind, state, params, partial, done, total, result, error, asked_by, created_at, started_at, finished_at = row
    return Job(
        id=UUID(str(id_)),
        kind=kind,
        state=state,
        params=msgspec.json.decode(params),
        partial=None if partial is None else msgspec.msgpack.decode(partial),
        kept=partial,
        done=done,
        total=total,
        result=None if result is None else msgspec.json.decode(result),
        error=error,
        asked_by=asked_by,
        created_at=created_at,
        started_at=started_at,
        finished_at=finished_at,
    )
