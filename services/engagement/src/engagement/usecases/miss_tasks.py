"""Which tasks did nobody do by their due instant? They are missed and escalated, and the world hears.

A missed task may still be done late; its action ends as expired with its validity.
"""

from datetime import datetime

import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.store import tasks
from engagement.usecases.deployment import Deployment
from engagement.usecases.publish_care import failed_fact, publish_care
from engagement.usecases.publish_tasks import publish_tasks, task_name

log = structlog.get_logger()

TASKS_MISSED = Counter("guanxi_tasks_missed_total", "Tasks that nobody did in time", ["kind", "role"])


async def miss_tasks(connection: AsyncConnection, *, deployment: Deployment, limit: int, now: datetime) -> int:
    """Mark some overdue tasks and end some actions whose validity is over; how many."""
    missed = await tasks.miss_tasks(connection, now=now, limit=limit)
    await publish_tasks(connection, "missed", missed, at=now, partitions=deployment.partitions)
    expired = await tasks.expire_task_actions(connection, now=now, limit=limit)
    facts = [failed_fact(one, state="expired", reason="expired") for one in expired]
    await publish_care(connection, facts, at=now, partitions=deployment.partitions)
    for one in missed:
        log.warning("task_missed", task_id=task_name(one.id), role=one.role)
        TASKS_MISSED.labels(one.kind, one.role).inc()
    return len(missed) + len(expired)
