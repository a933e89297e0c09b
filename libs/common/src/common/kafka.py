"""How does a process write to Kafka? By one lane per partition: an open batch, one flusher and a breaker.

Plain acks=all producer, idempotence off, a deadline on every await (reliability.md D3, performance.md rule 2).
Everything that names aiokafka's producer or its settings stands here.
"""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import lru_cache
from struct import unpack
from typing import Any, Final, NamedTuple, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from zstandard import ZstdCompressor

from common.errors import Unavailable
from common.events import CONTENT_TYPE
from common.waiting import cancel_and_wait, jitter

log = structlog.get_logger()

BATCH_BYTES: Final = 256 * 1024
LANE_BATCHES: Final = 32
REQUEST_MILLISECONDS: Final = 2000
SEND_SECONDS: Final = 3.0
BREAK_AFTER_SECONDS: Final = 1.0
REFUSE_SECONDS: Final = 0.25
STOP_SECONDS: Final = 5.0
HEADERS: Final = [("content-type", CONTENT_TYPE)]
compress: Final = ZstdCompressor(level=1).compress
"""With tables that are kept from batch to batch: for the one thread that sends."""


class Record(Protocol):
    """What a lane takes."""

    @property
    def key(self) -> bytes: ...

    @property
    def value(self) -> bytes: ...


class Plain(NamedTuple):
    """A record that is nothing else."""

    key: bytes
    value: bytes


class Run(NamedTuple):
    """Records that a lane put one behind the other into a batch.

    The batch's future results in its first offset. It is shared by every record of the batch: never cancel it.
    """

    batch: asyncio.Future[int]
    first: int
    number: int


class LaneClosed(Unavailable):
    """The partition does not take records just now: its last batch failed or is not acknowledged for a second."""

    code = "lane_closed"


@lru_cache(maxsize=131072)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key: murmur2 as Java's producers compute it."""
    length = len(key)
    value = 0x9747B28C ^ length
    whole = length & ~3
    for word in unpack(f"<{whole // 4}I", key[:whole]):
        mixed = (word * 0x5BD1E995) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 24)) * 0x5BD1E995) & 0xFFFFFFFF
        value = ((value * 0x5BD1E995) & 0xFFFFFFFF) ^ mixed
    if length & 3:
        value = ((value ^ int.from_bytes(key[whole:], "little")) * 0x5BD1E995) & 0xFFFFFFFF
    value = ((value ^ (value >> 13)) * 0x5BD1E995) & 0xFFFFFFFF
    return ((value ^ (value >> 15)) & 0x7FFFFFFF) % partitions


class Lane:
    """One partition's way to the broker. `append` is synchronous; one task sends batch after batch, in order."""

    def __init__(self, kafka: AIOKafkaProducer, topic: str, partition: int) -> None:
        self._kafka = kafka
        self._topic = topic
        self._partition = partition
        self._loop = asyncio.get_running_loop()
        self._batches: deque[tuple[Any, asyncio.Future[int]]] = deque()
        self._wake = asyncio.Event()
        self._broken = False
        self._probe_at = 0.0
        self._task = self._loop.create_task(self._flush_for_ever(), name=f"lane:{topic}:{partition}")

    @property
    def closed(self) -> bool:
        """Whether `append` would refuse now."""
        return self._broken and (bool(self._batches) or self._loop.time() < self._probe_at)

    def append(self, key: bytes, value: bytes) -> tuple[asyncio.Future[int], int]:
        """Queue one record; returns its batch's future (result: base offset) and its index in the batch.

        Raises LaneClosed at once while the breaker is open or too many batches wait. Never cancel the future:
        it is shared by every record of the batch.
        """
        runs = self.append_all([Plain(key, value)])
        if not runs:
            raise LaneClosed(f"{self._topic}[{self._partition}] does not acknowledge or has too much waiting.")
        return runs[0].batch, runs[0].first

    def append_all(self, records: Iterable[Record]) -> list[Run]:
        """Queue records in order until the lane refuses; where those went that it took."""
        runs: list[Run] = []
        if self.closed or len(self._batches) >= LANE_BATCHES:
            return runs
        builder, future = self._batches[-1] if self._batches else self._open_batch()
        first, number = builder.record_count(), 0
        for record in records:
            if builder.append(timestamp=None, key=record.key, value=record.value, headers=HEADERS) is None:
                if number:
                    runs.append(Run(future, first, number))
                first = number = 0
                if len(self._batches) >= LANE_BATCHES:
                    break
                builder, future = self._open_batch()
                builder.append(timestamp=None, key=record.key, value=record.value, headers=HEADERS)
            number += 1
        if number:
            runs.append(Run(future, first, number))
        self._wake.set()
        return runs

    def _open_batch(self) -> tuple[Any, asyncio.Future[int]]:
        future: asyncio.Future[int] = self._loop.create_future()
        future.add_done_callback(_seen)
        self._batches.append((self._kafka.create_batch(), future))
        return self._batches[-1]

    async def _flush_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._batches:
                builder, future = self._batches.popleft()
                builder.close()
                await self._send(builder, future)

    async def _send(self, builder: Any, future: asyncio.Future[int]) -> None:
        breaker = self._loop.call_later(BREAK_AFTER_SECONDS, self._break)
        try:
            future.set_result(await self._acknowledged(builder))
            self._broken = False
        except (KafkaError, TimeoutError, OSError) as error:
            self._fail(future, error)
        finally:
            breaker.cancel()
            if not future.done():
                future.set_exception(LaneClosed(f"{self._topic}[{self._partition}] was stopped."))

    async def _acknowledged(self, builder: Any) -> int:
        async with asyncio.timeout(SEND_SECONDS) as deadline:
            sent = await self._kafka.send_batch(builder, self._topic, partition=self._partition)
        left = max(0.1, (deadline.when() or 0.0) - self._loop.time())
        await asyncio.wait([sent], timeout=left)
        if not sent.done():
            sent.add_done_callback(_seen)
            raise TimeoutError
        return int(sent.result().offset)

    def _break(self) -> None:
        self._broken = True
        self._probe_at = self._loop.time() + SEND_SECONDS

    def _fail(self, future: asyncio.Future[int], error: Exception) -> None:
        """Fail the batch and all that queued behind it; let one probe through after a moment."""
        log.warning("lane_failed", topic=self._topic, partition=self._partition, error=type(error).__name__)
        self._broken = True
        self._probe_at = self._loop.time() + REFUSE_SECONDS
        refusal = LaneClosed(f"{self._topic}[{self._partition}] did not acknowledge: {type(error).__name__}.")
        future.set_exception(refusal)
        while self._batches:
            self._batches.popleft()[1].set_exception(refusal)

    async def stop(self) -> None:
        """End the flusher; what is still queued fails."""
        await cancel_and_wait(self._task, seconds=STOP_SECONDS)
        while self._batches:
            self._batches.popleft()[1].set_exception(LaneClosed(f"{self._topic}[{self._partition}] was stopped."))


def _seen(future: "asyncio.Future[Any]") -> None:
    """Mark a failure as looked at, since a request that gave up no longer does."""
    if not future.cancelled():
        future.exception()


class Producer:
    """All lanes of a process. Usable at once: until the broker answers, every lane is closed."""

    def __init__(self, bootstrap: str, *, partitions: int) -> None:
        self.partitions = partitions
        self._bootstrap = bootstrap
        self._kafka: AIOKafkaProducer | None = None
        self._connected = asyncio.Event()
        self._lanes: dict[tuple[str, int], Lane] = {}

    @property
    def healthy(self) -> bool:
        """Whether the broker was reached and no lane is closed."""
        return self._kafka is not None and not any(lane.closed for lane in self._lanes.values())

    def append(self, topic: str, partition: int, key: bytes, value: bytes) -> tuple[asyncio.Future[int], int]:
        """Queue one record (see Lane.append)."""
        lane = self._lane(topic, partition)
        if lane is None:
            raise LaneClosed("Kafka was not reached yet.")
        return lane.append(key, value)

    def append_all(self, topic: str, partition: int, records: Iterable[Record]) -> list[Run]:
        """Queue many records (see Lane.append_all)."""
        lane = self._lane(topic, partition)
        return lane.append_all(records) if lane is not None else []

    def _lane(self, topic: str, partition: int) -> Lane | None:
        lane = self._lanes.get((topic, partition))
        if lane is None and self._kafka is not None:
            lane = self._lanes[topic, partition] = Lane(self._kafka, topic, partition)
        return lane

    async def connected(self) -> None:
        """Wait until the broker was reached."""
        await self._connected.wait()

    async def connect(self) -> None:
        """Try until the broker answers; aiokafka's own start gives up at once. Run once, by open_producer."""
        compress_cheaply()
        attempt = 0
        while self._kafka is None:
            kafka = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=False,
                compression_type="zstd",
                linger_ms=0,
                max_batch_size=BATCH_BYTES,
                max_request_size=1024 * 1024,
                request_timeout_ms=REQUEST_MILLISECONDS,
                metadata_max_age_ms=30_000,
            )
            try:
                await kafka.start()
                self._kafka = kafka
                self._connected.set()
            except (KafkaError, OSError) as error:
                log.warning("kafka_unreachable", bootstrap=self._bootstrap, error=type(error).__name__)
                await stop_client(kafka)
                await asyncio.sleep(jitter(attempt))
                attempt += 1

    async def stop(self) -> None:
        """End every lane and the client, within a deadline."""
        for lane in self._lanes.values():
            await lane.stop()
        self._lanes.clear()
        if self._kafka is not None:
            await stop_client(self._kafka)
            self._kafka = None


def compress_cheaply() -> None:
    """Let aiokafka compress batches by `compress`.

    It offers no level, and begins every batch at level 3 with new tables for a stream of unknown length (0.75 MB, never
    in the core's own cache): about four times the cost for the same size (`python -m bench compression`).
    """
    # The builder's module: compiled, or where that is missing plain Python.
    sys.modules[DefaultRecordBatchBuilder.__module__].zstd_encode = compress  # type: ignore[attr-defined]


@asynccontextmanager
async def open_producer(bootstrap: str, *, partitions: int) -> AsyncIterator[Producer]:
    """A producer that connects in the background and is stopped at the end."""
    producer = Producer(bootstrap, partitions=partitions)
    connecting = asyncio.create_task(producer.connect(), name="kafka:connect")
    try:
        yield producer
    finally:
        await cancel_and_wait(connecting, seconds=STOP_SECONDS)
        await producer.stop()


async def stop_client(client: "AIOKafkaProducer | AIOKafkaConsumer") -> None:
    """Stop an aiokafka client; its own stop may hang."""
    task = asyncio.create_task(client.stop())
    await asyncio.wait([task], timeout=STOP_SECONDS)
    if not task.done():
        await cancel_and_wait(task, seconds=1.0)
    elif not task.cancelled() and (error := task.exception()) is not None:
        log.warning("kafka_stop_failed", error=type(error).__name__)


def make_consumer(bootstrap: str, *, group: str) -> AIOKafkaConsumer:
    """A consumer that never moves an offset by itself; subscribe and start it under retry."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=10_000,
        heartbeat_interval_ms=1_000,
        request_timeout_ms=15_000,
        max_poll_interval_ms=3_600_000,
        metadata_max_age_ms=30_000,
    )


def broker_probe(bootstrap: str) -> Callable[[], Awaitable[str | None]]:
    """A probe (common.http.health): whether a broker answers a request for its metadata."""

    async def ask() -> str | None:
        client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_MILLISECONDS)
        try:
            await client.bootstrap()
        except (KafkaError, OSError) as error:
            return f"no answer: {type(error).__name__}"
        finally:
            await client.close()
        return None

    return ask
