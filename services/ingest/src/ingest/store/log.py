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
from ingest.store.recent import Plain
from ingest.store.spool import Spooled, add_to_spool

log = structlog.get_logger()

DEADLINE_SECONDS: Final = 3.0

Sent = tuple[int, asyncio.Future[int] | None, int]
"""A partition, the batch's future (result: its base offset; None: the lane is closed), the place in the batch."""


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

    async def keep(self, events: Sequence[Admitted], *, accepted_at: datetime) -> list[Plain]:
        """Make events durable; NotDurable when any of them is not, and then the request may be sent again."""
        sent, waiting = self._append(events)
        if waiting:
            await asyncio.wait(waiting, timeout=DEADLINE_SECONDS)
        first = {future: future.result() for future in waiting if _is_acknowledged(future)}
        places: list[Plain] = []
        late: list[Spooled] = []
        for event, (partition, future, nth) in zip(events, sent, strict=True):
            offset = first[future] + nth if future in first else None
            places.append((event.customer, INTERACTIONS, partition, offset, accepted_at))
            if offset is None:
                late.append(
                    Spooled(INTERACTIONS, partition, event.key, event.value, event.source, event.id, accepted_at)
                )
        if late:
            await self._spool(late)
        return places

    def _append(self, events: Sequence[Admitted]) -> tuple[list[Sent], set[asyncio.Future[int]]]:
        """Queue every event on its lane; and the batches to wait for."""
        append, partitions = self._producer.append, self._producer.partitions
        sent: list[Sent] = []
        waiting = set()
        for event in events:
            partition = partition_of(event.key, partitions)
            try:
                future, nth = append(INTERACTIONS, partition, event.key, event.value)
            except LaneClosed:
                sent.append((partition, None, 0))
            else:
                sent.append((partition, future, nth))
                waiting.add(future)
        return sent, waiting

    async def _spool(self, rows: Sequence[Spooled]) -> None:
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
