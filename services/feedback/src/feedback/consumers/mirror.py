"""What does feedback hear? Everything of its topics, applied to the customer mirror in the batch's transaction."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Handle, Received
from common.events import CARE, INTERACTIONS, RELATIONSHIPS
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.hear_case_events import hear_case_events
from feedback.usecases.mirror_interactions import mirror_interactions
from feedback.usecases.mirror_relationships import mirror_relationships

TOPICS: Final = (INTERACTIONS, RELATIONSHIPS, CARE)


def make_handle(desk: CaseDesk) -> Handle:
    """The handler of the worker and of replayed dead letters: the mirror first, then what acts on it."""

    async def handle_all(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        await handle(connection, batch)
        await hear_case_events(connection, [received.event for received in batch], desk=desk)

    return handle_all


async def handle(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """Apply a batch to the mirror; which events mean something is told by type and source, not by topic."""
    events = [received.event for received in batch]
    await mirror_interactions(connection, events)
    await mirror_relationships(connection, events)
