"""When is a goal missed? Once its window is over; looked for each minute, by any number of workers."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from engagement.jobs.turns import Part, take_turns
from engagement.store.plans import database_now
from engagement.usecases.deployment import Deployment
from engagement.usecases.note_goals import close_goals

PAGE: Final = 500
POLL_SECONDS: Final = 60.0


def close_missed_goals(database: Database, deployment: Deployment) -> Part:
    """The worker's part that closes goals."""

    async def turn(connection: AsyncConnection) -> bool:
        now = await database_now(connection)
        return await close_goals(connection, limit=PAGE, now=now, partitions=deployment.partitions) == PAGE

    return take_turns(database, "close_goals", turn, poll_seconds=POLL_SECONDS)
