"""How does an event take effect exactly once? A batch, one transaction, and the offset as its guard.

The progress row is moved by compare-and-set in the transaction of the effects; Kafka's own committed offset is only
a lag figure (architecture.md, chassis 1). No rebalance listener is needed for correctness: it only sets a flag.
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord

from common.database import Database, is_transient
from common.dead_letters import Handle, Received, brake_trips, bury, describe
from common.events import Event, decode_event
from common.kafka import make_consumer, stop_client
from common.metrics import CONSUMED_EVENTS, CONSUMER_BRAKED, CONSUMER_LAG, DEAD_LETTERS
from common.progress import Place, advance, measure, positions
from common.waiting import jitter, pause

log = structlog.get_logger()

BATCH_RECORDS: Final = 2000
BATCH_BYTES: Final = 32 * 1024 * 1024
POLL_MILLISECONDS: Final = 500
MEASURE_SECONDS: Final = 1.0
STALLED_SECONDS: Final = 60.0
COMMIT_SECONDS: Final = 5.0


class Stalled(RuntimeError):
    """The log has more, the database answers, and yet no batch came: the process must end and be started anew."""


class _Flag(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Remember that partitions moved; the main loop looks at its positions again."""

    def __init__(self) -> None:
        self.moved = True

    def on_partitions_revoked(self, _revoked: object) -> None:
        self.moved = True

    on_partitions_assigned = on_partitions_revoked


class Consumer:
    """One group member of a service: reads its topics in batches and applies each in one transaction.

    `handle` applies a batch; `forget` is called when anything cached from the database may be stale: partitions
    moved, or a transaction failed. `decode` reads a record's event; what it cannot read becomes a dead letter. A batch
    has at most `batch_records` records: half as many after one that failed or had more than BATCH_BYTES, twice as many
    after any other.
    """

    def __init__(
        self,
        *,
        database: Database,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        code_version: str,
        forget: Callable[[], None] = lambda: None,
        decode: Callable[[bytes], Event] = decode_event,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        self._database = database
        self._bootstrap = bootstrap
        self._group = group
        self._topics = topics
        self._handle = handle
        self._code_version = code_version
        self._forget = forget
        self._decode = decode
        self._batch_records = batch_records
        self._most = min(batch_records, BATCH_RECORDS)
        self._flag = _Flag()
        self._known: set[Place] = set()
        self._braked: set[Place] = set()
        self._idle_measures = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set; the batch in hand is finished."""
        kafka = await self._connect(stop)
        if kafka is None:
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                measuring = tasks.create_task(self._measure_for_ever(kafka))
                await self._consume_until(kafka, stop)
                measuring.cancel()
        finally:
            await stop_client(kafka)

    async def _connect(self, stop: asyncio.Event) -> AIOKafkaConsumer | None:
        attempt = 0
        while not stop.is_set():
            kafka = make_consumer(self._bootstrap, group=self._group)
            kafka.subscribe(topics=list(self._topics), listener=self._flag)
            try:
                await kafka.start()
                return kafka
            except (KafkaError, OSError) as error:
                log.warning("kafka_unreachable", bootstrap=self._bootstrap, error=type(error).__name__)
                await stop_client(kafka)
                await pause(stop, jitter(attempt))
                attempt += 1
        return None

    async def _consume_until(self, kafka: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                await self._take_positions(kafka)
                records = await kafka.getmany(timeout_ms=POLL_MILLISECONDS, max_records=self._most)
                if records:
                    self._idle_measures = 0
                    await self._apply([record for place in sorted(records) for record in records[place]], kafka)
                attempt = 0
            except (NoOffsetForPartitionError, IllegalStateError):
                self._flag.moved = True
            except OffsetOutOfRangeError:
                log.critical("offset_out_of_range", group=self._group)
                raise
            except Exception as error:
                if not (is_transient(error) or isinstance(error, KafkaError)):
                    raise
                log.warning("consumer_retries", group=self._group, error=describe(error))
                self._flag.moved = True
                await pause(stop, jitter(attempt))
                attempt += 1

    async def _take_positions(self, kafka: AIOKafkaConsumer) -> None:
        """After any movement: seek every assigned partition to the database's offset."""
        assigned = kafka.assignment()
        places = {(place.topic, place.partition) for place in assigned}
        if not self._flag.moved and places == self._known:
            return
        self._flag.moved = False
        self._forget()
        for topic, partition in self._braked:
            CONSUMER_BRAKED.labels(self._group, topic, str(partition)).set(0)
        self._known, self._braked = set(), set()
        if not assigned:
            return
        starts = await kafka.beginning_offsets(list(assigned))
        async with self._database.transaction() as connection:
            offsets = await positions(connection, {(p.topic, p.partition): at for p, at in starts.items()})
        for (topic, partition), offset in offsets.items():
            place = TopicPartition(topic, partition)
            kafka.seek(place, offset)
            kafka.resume(place)
        self._known = places

    async def _apply(self, records: list[ConsumerRecord[Any, Any]], kafka: AIOKafkaConsumer) -> None:
        """Apply records in one transaction; on a permanent error halve them until the guilty one stands alone."""
        records = [record for record in records if (record.topic, record.partition) not in self._braked]
        if not records:
            return
        try:
            received = [self._received(record) for record in records]
            if await self._commit(received) < len(received):
                self._flag.moved = True
            heavy = sum(len(one.value) for one in received) > BATCH_BYTES
            self._most = max(1, self._most // 2) if heavy else min(2 * self._most, self._batch_records)
        except Exception as error:
            self._forget()
            if is_transient(error):
                self._most = max(1, self._most // 2)
                raise
            if len(records) == 1:
                await self._bury(records[0], error, kafka)
                return
            middle = len(records) // 2
            await self._apply(records[:middle], kafka)
            await self._apply(records[middle:], kafka)

    def _received(self, record: ConsumerRecord[Any, Any]) -> Received:
        value = record.value or b""
        return Received(
            topic=record.topic, partition=record.partition, offset=record.offset, value=value, event=self._decode(value)
        )

    async def _commit(self, received: list[Received]) -> int:
        """Apply what the compare-and-set lets through; how many records that were."""
        by_place = {place: list(group) for place, group in groupby(received, attrgetter("topic", "partition"))}
        steps = {place: (group[0].offset, group[-1].offset + 1) for place, group in by_place.items()}
        async with self._database.transaction() as connection:
            fresh = await advance(connection, steps)
            kept = [record for place, group in by_place.items() if place in fresh for record in group]
            if kept:
                await self._handle(connection, kept)
        CONSUMED_EVENTS.labels(self._group).inc(len(kept))
        return len(kept)

    async def _bury(self, record: ConsumerRecord[Any, Any], error: Exception, kafka: AIOKafkaConsumer) -> None:
        """Keep the record as a dead letter, or stop its partition where the letters are too many."""
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        place: Place = (record.topic, record.partition)
        async with self._database.transaction() as connection:
            if await brake_trips(connection, **where, code_version=self._code_version):
                self._braked.add(place)
                kafka.pause(TopicPartition(*place))
                CONSUMER_BRAKED.labels(self._group, record.topic, str(record.partition)).set(1)
                log.critical("brake_tripped", **where, reason=describe(error))
                return
            if place not in await advance(connection, {place: (record.offset, record.offset + 1)}):
                self._flag.moved = True
                return
            await bury(
                connection, **where, value=record.value or b"", reason=describe(error), code_version=self._code_version
            )
        DEAD_LETTERS.labels(self._group).inc()
        log.error("event_buried", **where, reason=describe(error))

    async def _measure_for_ever(self, kafka: AIOKafkaConsumer) -> None:
        """Each second: write the log's end offsets, commit to Kafka for its lag figure, and watch for silence."""
        while True:
            await asyncio.sleep(MEASURE_SECONDS)
            try:
                await self._measure(kafka)
            except (KafkaError, TimeoutError):
                continue  # the figures of the next second will do
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("measure_failed", error=describe(error))

    async def _measure(self, kafka: AIOKafkaConsumer) -> None:
        known = [TopicPartition(*place) for place in self._known]
        if not known:
            return
        async with asyncio.timeout(COMMIT_SECONDS):
            ends = await kafka.end_offsets(known)
        async with self._database.transaction() as connection:
            await measure(connection, {(place.topic, place.partition): end for place, end in ends.items()})
            offsets = await positions(connection, {(place.topic, place.partition): 0 for place in known})
        lag = 0
        for place, end in ends.items():
            behind = max(0, end - offsets[place.topic, place.partition])
            CONSUMER_LAG.labels(self._group, place.topic, str(place.partition)).set(behind)
            lag += behind if (place.topic, place.partition) not in self._braked else 0
        self._idle_measures = self._idle_measures + 1 if lag else 0
        if self._idle_measures * MEASURE_SECONDS > STALLED_SECONDS:
            raise Stalled(f"{lag} events wait and none came for {STALLED_SECONDS:.0f} s")
        async with asyncio.timeout(COMMIT_SECONDS):
            await kafka.commit({TopicPartition(*place): offset for place, offset in offsets.items()})
