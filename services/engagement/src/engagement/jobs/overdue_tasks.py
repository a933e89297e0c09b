"""When is a task missed? As soon as its due instant passed by the database's clock."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from engagement.jobs.turns import Part, take_turns
from engagement.store.plans import database_now
from engagement.usecases.deployment import Deployment
from engagement.usecases.miss_tasks import miss_tasks

POLL_SECONDS: Final = 5.0
CLAIM_TASKS: Final = 200


def miss_overdue_tasks(database: Database, deployment: Deployment) -> Part:
    """The worker's part that looks for overdue tasks."""

    async def turn(connection: AsyncConnection) -> bool:
        now = await database_now(connection)
        return await miss_tasks(connection, deployment=deployment, limit=CLAIM_TASKS, now=now) > 0

    return take_turns(database, "overdue_tasks", turn, poll_seconds=POLL_SECONDS)
