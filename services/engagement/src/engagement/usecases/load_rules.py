"""Which rules hold for everybody now? The two policies in force, and where they set limits, the day's load."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.candidate import Rules
from engagement.domain.capacity import Load, is_limited
from engagement.domain.local_time import end_of_day
from engagement.store.actions import read_load
from engagement.usecases.current_policies import Current
from engagement.usecases.deployment import Deployment


async def load_rules(connection: AsyncConnection, current: Current, deployment: Deployment, now: datetime) -> Rules:
    """Counting the load holds back everybody else who counts it, until the transaction ends; lock customers first."""
    load = Load()
    if is_limited(current.contact):
        today = now.astimezone(deployment.zone).date()
        begins, ends = (end_of_day(day, deployment.zone) for day in (today - timedelta(days=1), today))
        for channel, task_kind, number in await read_load(await driver(connection), since=begins, until=ends):
            if task_kind is not None:
                load.tasks[task_kind] += number
            elif channel is not None:
                load.messages[channel] += number
    return Rules(contact=current.contact, calendar=current.calendar, zone=deployment.zone, load=load)
