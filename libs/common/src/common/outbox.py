"""How does a fact that was written with an effect reach Kafka? Rows in the same transaction, and a relay that claims.

The relay claims a partition by an advisory lock and sends its rows in order; a row goes when Kafka has acknowledged
it. It never reads "id > last id": that misses rows committed late (reliability.md D6).
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, driver, is_transient
from common.errors import Unavailable
from common.kafka import Producer, partition_of
from common.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_SENT
from common.waiting import jitter, pause

log = structlog.get_logger()

CLAIM_ROWS: Final = 1000
CLAIM_BYTES: Final = 2 * 1024 * 1024
"""Half of what a lane takes when each batch is only half full, as with events of half a batch's size."""
POLL_SECONDS: Final = 0.1
ACK_SECONDS: Final = 8.0

_TABLES: Final = text(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('outbox', 'spool')"
)

Table = Literal["outbox", "spool"]
"""Both have the columns id, topic, partition, key, value; ingest's spool has more."""


async def add_to_outbox(
    connection: AsyncConnection, topic: str, messages: Sequence[tuple[str, bytes]], *, partitions: int
) -> None:
    """Queue (customer id, encoded event) pairs for a topic in the caller's transaction."""
    if not messages:
        return
    raw = await driver(connection)
    records = []
    for customer, value in messages:
        key = customer.encode()
        records.append((topic, partition_of(key, partitions), key, value))
    await raw.copy_records_to_table("outbox", records=records, columns=("topic", "partition", "key", "value"))


async def rows_to_send(connection: AsyncConnection) -> int:
    """How many rows of the service's outbox, and of its spool where it has one, Kafka has not acknowledged."""
    tables = (await connection.execute(_TABLES)).scalars().all()
    counts = [text(f"SELECT count(*) FROM {name}") for name in tables]  # noqa: S608 - one of the two names above
    return sum([(await connection.execute(count)).scalar_one() for count in counts])


class OutboxRelay:
    """Sends one table's rows. Any number of replicas: a partition is claimed by one at a time."""

    def __init__(self, database: Database, producer: Producer, *, table: Table = "outbox") -> None:
        self._database = database
        self._producer = producer
        self._table = table
        self._waiting = text(
            f"SELECT p FROM generate_series(0, :last) AS p WHERE EXISTS (SELECT 1 FROM {table} WHERE partition = p)"  # noqa: S608
        )
        self._claim = text("SELECT pg_try_advisory_xact_lock(hashtext(:table), :partition)")
        oldest = f"SELECT * FROM {table} WHERE partition = :partition ORDER BY id LIMIT :limit"  # noqa: S608
        self._rows = text(
            "SELECT id, topic, key, value, extract(epoch FROM now() - created_at) FROM "  # noqa: S608
            f"(SELECT *, sum(octet_length(value)) OVER (ORDER BY id) AS bytes FROM ({oldest}) AS oldest) AS claimed "
            "WHERE bytes - octet_length(value) < :bytes ORDER BY id"
        )
        self._delete = text(f"DELETE FROM {table} WHERE id = ANY(:ids)")  # noqa: S608

    async def run(self, stop: asyncio.Event) -> None:
        """Send whatever appears until `stop` is set; what could not be sent stays."""
        attempt = 0
        while not stop.is_set():
            try:
                sent = await self.drain()
                attempt = 0
                if not sent:
                    await pause(stop, POLL_SECONDS)
            except Exception as error:
                if not (is_transient(error) or isinstance(error, Unavailable)):
                    raise
                log.warning("relay_retries", table=self._table, error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    async def drain(self) -> int:
        """Send one claim of every partition that has rows; how many rows were sent."""
        async with self._database.transaction() as connection:
            last = self._producer.partitions - 1
            waiting = (await connection.execute(self._waiting, {"last": last})).scalars().all()
        if not waiting:
            OUTBOX_OLDEST_SECONDS.labels(self._table).set(0)
        sent = await asyncio.gather(
            *(self._drain_partition(partition) for partition in waiting), return_exceptions=True
        )
        for outcome in sent:
            if isinstance(outcome, BaseException):
                raise outcome
        return sum(outcome for outcome in sent if isinstance(outcome, int))

    async def _drain_partition(self, partition: int) -> int:
        async with self._database.transaction() as connection:
            claim = {"table": self._table, "partition": partition}
            if not (await connection.execute(self._claim, claim)).scalar_one():
                return 0
            bounds = {"partition": partition, "limit": CLAIM_ROWS, "bytes": CLAIM_BYTES}
            rows = (await connection.execute(self._rows, bounds)).all()
            if not rows:
                return 0
            OUTBOX_OLDEST_SECONDS.labels(self._table).set(float(rows[0][4]))
            futures = {self._producer.append(topic, partition, key, value)[0] for _, topic, key, value, _ in rows}
            _, late = await asyncio.wait(futures, timeout=ACK_SECONDS)
            if late:
                raise TimeoutError(f"Kafka did not acknowledge within {ACK_SECONDS:.0f} s")
            for future in futures:
                future.result()
            await connection.execute(self._delete, {"ids": [row[0] for row in rows]})
        OUTBOX_SENT.labels(self._table).inc(len(rows))
        return len(rows)
