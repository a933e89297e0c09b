"""How does an admitted event become durable? On Kafka, or within the deadline in the spool (reliability.md D1)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from common.database import Database, is_transient
from common.errors import Unavailable
from common.events import INTERACTIONS
from common.kafka import LaneClosed, Producer, partition_of
from ingest.domain.admission import Admitted
from ingest.store.recent import Place
from ingest.store.spool import Spooled, add_to_spool

log = structlog.get_logger()

DEADLINE_SECONDS: Final = 3.0


class NotDurable(Unavailable):
    """Neither Kafka nor the spool took an event."""

    code = "not_durable"


class Log:
    """The way of admitted events into `guanxi.interactions.v1`."""

    def __init__(self, producer: Producer, database: Database) -> None:
        self._producer = producer
        self._database = database
        self.spool_waits = False
        self.spool_is_full = False

    async def probe(self) -> str | None:
        """Why events do not take their usual way, if so; health shows it as `degraded`."""
        if not self._producer.healthy:
            return "Kafka does not acknowledge: events go to the spool"
        return "events wait in the spool" if self.spool_waits else None

    async def keep(self, events: Sequence[Admitted], *, accepted_at: datetime) -> list[Place]:
        """Make events durable; NotDurable when any of them is not, and then the request may be sent again."""
        places, closed = self._append(events, accepted_at)
        waiting = {place.sent for place in places if place is not None and place.sent is not None}
        if waiting:
            await asyncio.wait(waiting, timeout=DEADLINE_SECONDS)
        if closed or any(not _is_acknowledged(future) for future in waiting):
            await self._spool(events, places, accepted_at)
        return [place for place in places if place is not None]

    def _append(self, events: Sequence[Admitted], accepted_at: datetime) -> tuple[list[Place | None], bool]:
        append, partitions, topic = self._producer.append, self._producer.partitions, INTERACTIONS
        places: list[Place | None] = []
        closed = False
        for event in events:
            key = event.customer.encode()
            partition = partition_of(key, partitions)
            try:
                sent, index = append(topic, partition, key, event.value)
            except LaneClosed:
                closed = True
                places.append(None)
            else:
                places.append(Place(event.customer, topic, partition, accepted_at, sent, index))
        return places, closed

    async def _spool(self, events: Sequence[Admitted], places: list[Place | None], accepted_at: datetime) -> None:
        rows = []
        for at, (event, place) in enumerate(zip(events, places, strict=True)):
            if place is not None and place.sent is not None and _is_acknowledged(place.sent):
                continue
            key = event.customer.encode()
            partition = partition_of(key, self._producer.partitions)
            rows.append(Spooled(INTERACTIONS, partition, key, event.value, event.source, event.id, accepted_at))
            places[at] = Place(event.customer, INTERACTIONS, partition, accepted_at, None, 0)
        if self.spool_is_full:
            raise NotDurable("Kafka does not acknowledge and the spool is full; send the same events again later.")
        try:
            async with self._database.transaction() as connection:
                await add_to_spool(connection, rows)
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            if not is_transient(error):
                raise
            log.warning("spool_failed", events=len(rows), error=type(error).__name__)
            raise NotDurable(
                "Neither Kafka nor the spool took the events; send the same events again, with the same ids."
            ) from error
        self.spool_waits = True
        log.info("events_spooled", events=len(rows))


def _is_acknowledged(sent: "asyncio.Future[int]") -> bool:
    return sent.done() and sent.exception() is None
