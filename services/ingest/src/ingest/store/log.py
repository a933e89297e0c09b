"""How does an admitted event become durable? On Kafka, or within the deadline in the spool (reliability.md D1)."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, islice, repeat
from typing import Final

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from common.database import Database, is_transient
from common.errors import Unavailable
from common.events import INTERACTIONS
from common.kafka import Producer, Run
from ingest.domain.admission import Admitted
from ingest.store.recent import Part, Whereabouts
from ingest.store.spool import Spooled, add_to_spool

log = structlog.get_logger()

DEADLINE_SECONDS: Final = 3.0

Sent = tuple[int, list[Admitted], list[Run]]
"""A partition, its events, and where those went that its lane took (Lane.append_all)."""


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

    async def keep(self, events: Iterable[Admitted], *, accepted_at: datetime) -> Whereabouts:
        """Make events durable; NotDurable when any of them is not, and then the request may be sent again."""
        sent = self._append(events)
        waiting = {run.batch for _, _, runs in sent for run in runs}
        if waiting:
            await asyncio.wait(waiting, timeout=DEADLINE_SECONDS)
        parts: list[Part] = []
        late: list[Spooled] = []
        for partition, its, runs in sent:
            offsets = _offsets(runs, len(its))
            parts.append(Part(partition, [event.name for event in its], [event.customer for event in its], offsets))
            if isinstance(offsets, list):
                late.extend(
                    Spooled(INTERACTIONS, partition, event.key, event.value, *event.name, accepted_at)
                    for event, offset in zip(its, offsets, strict=True)
                    if offset is None
                )
        if late:
            await self._spool(late)
        return Whereabouts(accepted_at, parts)

    def _append(self, events: Iterable[Admitted]) -> list[Sent]:
        """Queue all events, lane by lane."""
        by_partition: defaultdict[int, list[Admitted]] = defaultdict(list)
        for event in events:
            by_partition[event.partition].append(event)
        append_all = self._producer.append_all
        return [(partition, its, append_all(INTERACTIONS, partition, its)) for partition, its in by_partition.items()]

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


def _offsets(runs: Sequence[Run], number: int) -> range | list[int | None]:
    """Where so many records are on the topic, of which a lane took these runs; None where it is not acknowledged."""
    if len(runs) == 1 and runs[0].number == number and _is_acknowledged(runs[0]):
        return _places(runs[0])
    known = (_places(run) if _is_acknowledged(run) else repeat(None, run.number) for run in runs)
    return list(islice(chain(chain.from_iterable(known), repeat(None)), number))


def _is_acknowledged(run: Run) -> bool:
    return run.batch.done() and run.batch.exception() is None


def _places(run: Run) -> range:
    first = run.batch.result() + run.first
    return range(first, first + run.number)
