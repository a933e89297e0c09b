"""Which events of the log tell that two identifiers are one customer? Ingest's worker reads its own topic."""

from collections.abc import Sequence
from typing import Final

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Received
from common.events import Event
from ingest.domain.identity import Named, OwnIds
from ingest.domain.sources import is_ours, sender_name
from ingest.store.sources import read_namespaces
from ingest.usecases.link_identifiers import Mention, link_identifiers

SETTLED: Final = 100_000


class Linker:
    """Handles interactions. Combinations of ids that were settled lately cost no statement."""

    def __init__(self, *, own_ids: OwnIds, partitions: int) -> None:
        self._own_ids = own_ids
        self._partitions = partitions
        self._settled: LRUCache[tuple[Named, ...], bool] = LRUCache(SETTLED)

    def forget(self) -> None:
        """Drop what a failed transaction may have left wrong."""
        self._settled.clear()

    async def handle(self, connection: AsyncConnection, batch: Sequence[Received]) -> None:
        """Link what the batch's events tell."""
        senders = {sender_name(one.event.source) for one in batch if not is_ours(one.event.source)}
        namespaces = await read_namespaces(connection, senders) if senders else {}
        mentions = []
        for received in batch:
            event = received.event
            if is_ours(event.source):
                continue
            named = self._named(event, namespaces.get(sender_name(event.source)))
            if named not in self._settled:
                self._settled[named] = True
                at = event.recordedtime or event.time
                mentions.append(Mention(source=event.source, id=event.id, subject=event.subject, at=at, named=named))
        if mentions:
            await link_identifiers(connection, mentions, partitions=self._partitions)

    def _named(self, event: Event, namespace: str | None) -> tuple[Named, ...]:
        """Own ids of the identifiers, strongest first, behind the subject where it is none of them."""
        identifiers = event.data.get("identifiers") or {}
        named = self._own_ids.all(identifiers, namespace) if isinstance(identifiers, dict) else []
        if all(one.own != event.subject for one in named):
            named.insert(0, Named(own=event.subject, kind=None))
        return tuple(named)
