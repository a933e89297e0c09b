"""What does feedback hear? Everything of its topics, applied to the customer mirror in the batch's transaction."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Received
from common.events import CARE, INTERACTIONS, RELATIONSHIPS
from feedback.usecases.mirror_interactions import mirror_interactions
from feedback.usecases.mirror_relationships import mirror_relationships

TOPICS: Final = (INTERACTIONS, RELATIONSHIPS, CARE)


async def handle(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """Apply a batch; which events mean something is told by type and source, not by topic."""
    events = [received.event for received in batch]
    await mirror_interactions(connection, events)
    await mirror_relationships(connection, events)
