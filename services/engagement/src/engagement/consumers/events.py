"""What does engagement hear? Everything of its topics, applied in the batch's transaction; nothing is decided here."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Received
from common.events import CARE, FEEDBACK, INTERACTIONS, RELATIONSHIPS
from engagement.domain.noticing import as_happened
from engagement.usecases.current_policies import Policies
from engagement.usecases.deployment import Deployment
from engagement.usecases.mark_replans import mark_replans
from engagement.usecases.mirror_interactions import mirror_interactions
from engagement.usecases.mirror_relationships import mirror_relationships
from engagement.usecases.note_goals import note_goals
from engagement.usecases.note_openings import note_openings
from engagement.usecases.notice_occasions import notice_occasions
from engagement.usecases.review_waiting import review_waiting

TOPICS: Final = (INTERACTIONS, RELATIONSHIPS, FEEDBACK, CARE)
"""Its own care.v1 too: calls, visits and return visits of its tasks are heard as everybody's are."""


class EventHandler:
    """The handler with what it keeps between batches: the live documents."""

    def __init__(self, policies: Policies, zone: ZoneInfo, *, partitions: int = 6) -> None:
        self._policies = policies
        self._zone = zone
        self._partitions = partitions
        self._deployment = Deployment(zone=zone, partitions=partitions, policies=policies)

    async def handle(self, connection: AsyncConnection, batch: Sequence[Received]) -> None:
        """Apply a batch; which events mean something is told by type and source, not by topic."""
        events = [as_happened(received.event) for received in batch]
        current = await self._policies.current(connection)
        await mirror_interactions(connection, events)
        await notice_occasions(connection, events, current=current, zone=self._zone)
        await mirror_relationships(connection, events)
        await note_goals(connection, events, partitions=self._partitions)
        await review_waiting(connection, events, deployment=self._deployment)
        await note_openings(connection, events)
        await mark_replans(connection, events, playbooks=current.playbooks.values())
