"""When is care planned? All the time: marked customers within a second, everybody once a local day."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from engagement.jobs.turns import Part, take_turns
from engagement.store.plans import database_now
from engagement.usecases.current_policies import Policies
from engagement.usecases.plan_page import plan_page

POLL_SECONDS: Final = 0.5

Clock = Callable[[AsyncConnection], Awaitable[datetime]]
"""What time it is."""


def plan_care(database: Database, policies: Policies, zone: ZoneInfo, *, clock: Clock = database_now) -> Part:
    """The worker's part that plans; `zone` is the deployment's."""

    async def turn(connection: AsyncConnection) -> bool:
        return await plan_page(connection, policies=policies, zone=zone, now=await clock(connection))

    return take_turns(database, "plan", turn, poll_seconds=POLL_SECONDS)
