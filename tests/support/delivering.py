"""What does a test of delivery need? A worker's part driven by hand at a given instant, and what it published."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from common.events import Event, decode_event
from engagement.jobs.deliver import Clock, Deliveries
from engagement.usecases.deployment import Deployment
from engagement.usecases.open_lanes import Lanes

LEASE = timedelta(seconds=60)


def always(now: datetime) -> Clock:
    """A clock that stands."""

    async def clock(_: AsyncConnection) -> datetime:
        return now

    return clock


async def deliver_all(database: Database, deployment: Deployment, folder: Path, now: datetime) -> None:
    """Send whatever is due at an instant, until nothing is left to do."""
    lanes = Lanes(outbox_dir=folder, secrets_dir=folder)
    deliveries = Deliveries(database, deployment, lanes, lease=LEASE, clock=always(now))
    try:
        async with asyncio.timeout(30):
            while await deliveries.step():
                pass
    finally:
        await lanes.close()


async def facts_of(database: Database, customer: str) -> list[Event]:
    """What was published of a customer, in order."""
    async with database.transaction() as connection:
        values = (await connection.execute(text("SELECT value FROM outbox ORDER BY id"))).scalars()
        events = [decode_event(bytes(value)) for value in values]
    return [event for event in events if event.subject == customer]
