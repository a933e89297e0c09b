"""When does care go out? As soon as it is due: claimed, checked again, sent outside every transaction, recorded.

Messages are in the air together, and each outcome is recorded when it is known, so a slow receiver holds back nobody.
A worker that dies leaves its leases: another records them as lost when they run out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.waiting import jitter, pause
from engagement.domain.delivery import Outcome
from engagement.store.deliveries import claim_due
from engagement.store.plans import database_now
from engagement.usecases.begin_deliveries import Ready, begin_deliveries
from engagement.usecases.deployment import Deployment
from engagement.usecases.expire_actions import expire_actions
from engagement.usecases.open_lanes import Lane, Lanes
from engagement.usecases.record_deliveries import Tried, reclaim_deliveries, record_deliveries

log = structlog.get_logger()

Clock = Callable[[AsyncConnection], Awaitable[datetime]]

PAGE: Final = 500
POLL_SECONDS: Final = 0.2
SWEEP_SECONDS: Final = 1.0


def deliver_actions(
    database: Database, deployment: Deployment, *, outbox_dir: Path, secrets_dir: Path, lease: timedelta
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The worker's part; any number of replicas. `lease` is longer than any adapter's deadline."""

    async def run(stop: asyncio.Event) -> None:
        lanes = Lanes(outbox_dir=outbox_dir, secrets_dir=secrets_dir)
        try:
            await Deliveries(database, deployment, lanes, lease=lease).run(stop)
        finally:
            await lanes.close()

    return run


class Deliveries:
    """What one worker has in the air."""

    def __init__(
        self, database: Database, deployment: Deployment, lanes: Lanes, *, lease: timedelta, clock: Clock = database_now
    ) -> None:
        self._database, self._deployment, self._lanes = database, deployment, lanes
        self._lease, self._clock = lease, clock
        self._sending: dict[asyncio.Task[Outcome], tuple[Ready, Lane]] = {}
        self._swept_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop` is set; what is in the air then is waited for."""
        attempt = 0
        while not stop.is_set() or self._sending:
            try:
                busy = await self.step(claim=not stop.is_set())
                attempt = 0
                if not busy:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("deliver_retries", error=type(error).__name__)
                await asyncio.sleep(jitter(attempt))
                attempt += 1

    async def step(self, *, claim: bool = True) -> bool:
        """Begin what may begin, record what is known; whether there was anything to do."""
        began = await self._begin() if claim else 0
        await self._sweep()
        if self._sending:
            waited = 0.0 if began else POLL_SECONDS
            await asyncio.wait(self._sending, timeout=waited, return_when=asyncio.FIRST_COMPLETED)
        recorded = await self._record()
        return bool(began or recorded or self._sending)

    async def _begin(self) -> int:
        async with self._database.transaction() as connection:
            current = await self._deployment.policies.current(connection)
            await self._lanes.follow(current.contact.channels)
            claimed = await claim_due(connection, self._lanes.rooms(), now=await self._clock(connection))
        if not claimed:
            return 0
        async with self._database.transaction() as connection:
            now = await self._clock(connection)
            ready = await begin_deliveries(
                connection, claimed, self._deployment, self._lanes, lease=self._lease, now=now
            )
        for one in ready:
            again = one.delivery.channel_tries > 0
            lane = self._lanes.began(one.message.channel, again=again)
            self._sending[asyncio.create_task(lane.adapter.deliver(one.message))] = (one, lane)
        return len(claimed)

    async def _record(self) -> int:
        """Outcomes stay in hand until their transaction has committed."""
        known = [task for task in self._sending if task.done()]
        tried = []
        for task in known:
            ready, lane = self._sending[task]
            tried.append(
                Tried(
                    delivery=ready.delivery,
                    number=ready.number,
                    outcome=task.result(),
                    repeats_are_dropped=lane.channel.repeats_are_dropped,
                )
            )
        if tried:
            async with self._database.transaction() as connection:
                now = await self._clock(connection)
                await record_deliveries(connection, tried, self._deployment, now=now)
        for task in known:
            _, lane = self._sending.pop(task)
            self._lanes.ended(lane, task.result())
        return len(known)

    async def _sweep(self) -> None:
        """What other workers left behind, and what is over."""
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = loop_time
        async with self._database.transaction() as connection:
            now = await self._clock(connection)
            await reclaim_deliveries(connection, self._deployment, limit=PAGE, now=now)
            await expire_actions(connection, self._deployment, limit=PAGE, now=now)
