"""What could not go out, or was not confirmed by staff, while it was valid? It ends as expired, and the world hears."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.store.delivery_outcomes import expire_overdue
from engagement.usecases.deployment import Deployment
from engagement.usecases.publish_care import failed_fact, publish_care


async def expire_actions(connection: AsyncConnection, deployment: Deployment, *, limit: int, now: datetime) -> int:
    """End what is over; how many."""
    ended = await expire_overdue(connection, limit, now=now)
    facts = [failed_fact(one, state="expired", reason="expired") for one in ended]
    await publish_care(connection, facts, at=now, partitions=deployment.partitions)
    return len(ended)
