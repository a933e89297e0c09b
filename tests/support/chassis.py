"""What does a chassis test need? A database with the chassis' tables, a way to fill a topic, a consumer that counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.chassis_tables import STATEMENTS
from common.database import Database, open_database
from common.dead_letters import Received
from common.events import Event, encode_event
from common.kafka import open_producer, partition_of

PARTITIONS = 6
TIME = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def open_chassis(url: str) -> Database:
    """A database with the chassis' tables and a table of counts per customer."""
    database = open_database(url, application="test", pool_size=12)
    async with database.transaction() as connection:
        for statement in (*STATEMENTS, "CREATE TABLE counted (customer text PRIMARY KEY, n int NOT NULL)"):
            await connection.execute(text(statement))
    return database


def event(number: int, customer: str, kind: str = "page.viewed") -> Event:
    """An event with the id `e-<number>`."""
    return Event(id=f"e-{number}", source="test", type=kind, subject=customer, time=TIME)


async def publish(bootstrap: str, topic: str, values: Iterable[tuple[str, bytes]]) -> None:
    """Write (customer, value) pairs through the lanes and wait until all are acknowledged."""
    async with open_producer(bootstrap, partitions=PARTITIONS) as producer:
        await producer.connected()
        futures = set()
        for customer, value in values:
            key = customer.encode()
            futures.add(producer.append(topic, partition_of(key, PARTITIONS), key, value)[0])
        for future in futures:
            await future


async def publish_events(bootstrap: str, topic: str, events: Sequence[Event]) -> None:
    """Write events, keyed by their subject."""
    await publish(bootstrap, topic, [(event.subject, encode_event(event)) for event in events])


async def count(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """A handler that adds one per event to its customer's count; an event of type `poison` is refused."""
    for received in batch:
        if received.event.type == "poison":
            raise ValueError(f"poison in {received.event.id}")
    numbers = Counter(received.event.subject for received in batch)
    await connection.execute(
        text(
            "INSERT INTO counted VALUES (:customer, :n) ON CONFLICT (customer) DO UPDATE SET n = counted.n + excluded.n"
        ),
        [{"customer": customer, "n": n} for customer, n in sorted(numbers.items())],
    )


async def counts(database: Database) -> dict[str, int]:
    """What was counted."""
    async with database.transaction() as connection:
        return dict((await connection.execute(text("SELECT customer, n FROM counted"))).all())
