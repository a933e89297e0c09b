"""What happens at an instant? Rows with a unique key and a due instant by the database's clock, claimed by lease.

A timer's work and the end of its row share one transaction, so each fires once; a lease that ran out (its worker
died) is claimed by another, and the late finisher finds that the lease is no longer its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from common.database import Database, is_transient
from common.metrics import TIMER_LATENESS_SECONDS, TIMERS_DONE
from common.waiting import jitter, pause

log = structlog.get_logger()

LEASE_SECONDS: Final = 60
CLAIM_ROWS: Final = 100
POLL_SECONDS: Final = 1.0


class LeaseLost(RuntimeError):
    """Another worker claimed the timer meanwhile; this one's work is rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A claimed timer. `key` is unique for ever among timers of its kind; `payload` is what was planned."""

    kind: str
    key: str
    due_at: datetime
    payload: dict[str, Any]
    lease: UUID


Fire = Callable[[AsyncConnection, Timer], Awaitable[None]]

_PLAN = text(
    """
    INSERT INTO timer (kind, key, due_at, payload) VALUES (:kind, :key, :due_at, CAST(:payload AS jsonb))
    ON CONFLICT (kind, key) DO UPDATE
    SET due_at = excluded.due_at, payload = excluded.payload, lease = NULL, lease_until = NULL
    WHERE timer.done_at IS NULL AND (timer.due_at, timer.payload) IS DISTINCT FROM (excluded.due_at, excluded.payload)
    """
)
_CLAIM = text(
    """
    UPDATE timer t SET lease = :lease, lease_until = now() + make_interval(secs => :seconds)
    FROM (SELECT kind, key FROM timer
          WHERE done_at IS NULL AND due_at <= now() AND kind = ANY(:kinds)
            AND (lease_until IS NULL OR lease_until < now())
          ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED) AS due
    WHERE t.kind = due.kind AND t.key = due.key
    RETURNING t.kind, t.key, t.due_at, t.payload, t.lease, extract(epoch FROM now() - t.due_at)
    """
)
_DONE = text(
    "UPDATE timer SET done_at = now() WHERE kind = :kind AND key = :key AND lease = :lease AND done_at IS NULL"
)
_RENEW = text(
    "UPDATE timer SET lease_until = now() + make_interval(secs => :seconds) "
    "WHERE kind = :kind AND key = :key AND lease = :lease"
)


async def plan(connection: AsyncConnection, *, kind: str, key: str, due_at: datetime, payload: str = "{}") -> None:
    """Plan a timer, or move it while it has not fired: a worker just firing it loses its lease. `payload` is JSON."""
    await connection.execute(_PLAN, {"kind": kind, "key": key, "due_at": due_at, "payload": payload})


class Timers:
    """Fires due timers of the given kinds; any number of replicas."""

    def __init__(self, database: Database, fire: Mapping[str, Fire]) -> None:
        self._database = database
        self._fire = fire

    async def run(self, stop: asyncio.Event) -> None:
        """Fire whatever is due until `stop` is set."""
        attempt = 0
        while not stop.is_set():
            try:
                fired = await self.fire_due()
                attempt = 0
                if not fired:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("timers_retry", error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    async def fire_due(self) -> int:
        """Claim what is due and fire it, one transaction each; how many fired."""
        claim = {"lease": uuid7(), "seconds": LEASE_SECONDS, "kinds": list(self._fire), "limit": CLAIM_ROWS}
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_CLAIM, claim)).all()
        TIMER_LATENESS_SECONDS.set(max((float(row[5]) for row in rows), default=0.0))
        fired = 0
        for kind, key, due_at, payload, lease, _ in sorted(rows, key=lambda row: row[2]):
            timer = Timer(kind=kind, key=key, due_at=due_at, payload=payload, lease=lease)
            fired += await self._fire_one(timer)
        return fired

    async def _fire_one(self, timer: Timer) -> bool:
        renewing = asyncio.create_task(self._renew(timer))
        try:
            async with self._database.transaction() as connection:
                await self._fire[timer.kind](connection, timer)
                ended = await connection.execute(_DONE, {"kind": timer.kind, "key": timer.key, "lease": timer.lease})
                if ended.rowcount != 1:
                    raise LeaseLost(f"{timer.kind}/{timer.key}")
        except LeaseLost:
            log.warning("lease_lost", kind=timer.kind, key=timer.key)
            return False
        finally:
            renewing.cancel()
        TIMERS_DONE.labels(timer.kind).inc()
        return True

    async def _renew(self, timer: Timer) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                async with self._database.transaction() as connection:
                    await connection.execute(
                        _RENEW, {"kind": timer.kind, "key": timer.key, "lease": timer.lease, "seconds": LEASE_SECONDS}
                    )
            except (OSError, SQLAlchemyError) as error:
                if not is_transient(error):
                    raise
                log.warning("lease_not_renewed", kind=timer.kind, key=timer.key, error=type(error).__name__)
