"""Which tasks does somebody ask for? Those of a customer are those of all its ids."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import members, resolve
from engagement.domain.task import Task
from engagement.store.tasks import list_tasks


async def find_tasks(
    connection: AsyncConnection,
    *,
    own: str | None,
    state: str | None,
    role: str | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[Task]:
    """A page of tasks by due instant; `own`: any id of a customer."""
    customers = None
    if own is not None:
        customer = await resolve(connection, own)
        customers = (await members(connection, [customer]))[customer]
    return await list_tasks(connection, customers=customers, state=state, role=role, after=after, limit=limit)
