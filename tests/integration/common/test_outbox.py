"""Does every committed row reach Kafka, in order per customer, also when transactions commit out of order?"""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text
from tests.support.chassis import PARTITIONS, open_chassis
from tests.support.databases import Databases
from tests.support.topics import Topics
from tests.support.waiting import until

from common.database import Database
from common.kafka import LaneClosed, Producer, open_producer, partition_of
from common.outbox import OutboxRelay, add_to_outbox


async def add(database: Database, topic: str, messages: Sequence[tuple[str, bytes]]) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("SELECT 1"))
        await add_to_outbox(connection, topic, messages, partitions=PARTITIONS)


async def read_all(bootstrap: str, topic: str) -> list[tuple[str, bytes]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[tuple[str, bytes]] = []
        while len(found) < sum(ends.values()):
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found += [(record.key.decode(), record.value) for record in records]
        return found
    finally:
        await consumer.stop()


async def waiting_rows(database: Database) -> int:
    async with database.transaction() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one())


async def test_rows_committed_late_and_out_of_order_are_all_sent(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    database, topic = await open_chassis(await database_url()), await fresh_topic("outbox")
    async with open_producer(kafka_bootstrap, partitions=PARTITIONS) as producer:
        await producer.connected()
        relays = [OutboxRelay(database, producer) for _ in range(2)]
        stop = asyncio.Event()
        running = [asyncio.create_task(relay.run(stop)) for relay in relays]
        async with database.transaction() as slow:
            await slow.execute(text("SELECT 1"))
            await add_to_outbox(slow, topic, [("c-late", b"first")], partitions=PARTITIONS)
            await asyncio.gather(*(add(database, topic, [(f"c-{n}", b"%d" % m) for m in range(20)]) for n in range(30)))
            await until(lambda: _waits(database, 0), what="the rows of the quick transactions sent")
        await add(database, topic, [("c-late", b"second")])
        await until(lambda: _waits(database, 0), what="the late rows sent")
        stop.set()
        await asyncio.gather(*running)
    found = await read_all(kafka_bootstrap, topic)
    assert len(found) == 30 * 20 + 2
    for customer in {customer for customer, _ in found}:
        values = [value for other, value in found if other == customer]
        expected = [b"first", b"second"] if customer == "c-late" else [b"%d" % m for m in range(20)]
        assert values == expected
    await database.close()


async def _waits(database: Database, rows: int) -> bool:
    return await waiting_rows(database) == rows


async def test_while_kafka_is_unreachable_the_rows_stay(database_url: Databases) -> None:
    database = await open_chassis(await database_url())
    await add(database, "anywhere", [("c-1", b"kept")])
    async with open_producer("127.0.0.1:1", partitions=PARTITIONS) as producer:
        relay = OutboxRelay(database, producer)
        with pytest.raises(LaneClosed):
            await relay.drain()
    assert await waiting_rows(database) == 1
    await database.close()


async def test_a_lane_acknowledges_with_the_offset_of_each_record(kafka_bootstrap: str, fresh_topic: Topics) -> None:
    topic = await fresh_topic("lane")
    async with open_producer(kafka_bootstrap, partitions=PARTITIONS) as producer:
        await producer.connected()
        appended = [producer.append(topic, 0, b"c-1", b"x" * 1000) for _ in range(1000)]
        offsets = [await future + index for future, index in appended]
    assert offsets == list(range(1000))


async def test_a_lane_of_a_topic_that_does_not_exist_breaks_and_refuses_at_once(kafka_bootstrap: str) -> None:
    async with open_producer(kafka_bootstrap, partitions=PARTITIONS) as producer:
        await producer.connected()
        future, _ = producer.append("guanxi.absent", 0, b"c-1", b"x")
        with pytest.raises(LaneClosed):
            await future
        with pytest.raises(LaneClosed):
            _append(producer)
        assert not producer.healthy


def _append(producer: Producer) -> None:
    producer.append("guanxi.absent", 0, b"c-1", b"x")


def test_the_partition_of_a_key_is_the_one_that_java_producers_choose() -> None:
    keys = [b"", b"a", b"21", b"foobar", "客户".encode(), b"c_" + b"k3vq" * 6 + b"ab", b"abcdefghijklmnopqrstuvwxyz"]
    assert [partition_of(key, 1 << 31) for key in keys[2:4]] == [_positive(-973932308), _positive(-790332482)]
    assert all(0 <= partition_of(key, 6) < 6 for key in keys)


def _positive(murmur2: int) -> int:
    return murmur2 & 0x7FFFFFFF


async def test_rows_that_are_together_more_than_a_lane_takes_are_sent_claim_by_claim(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    database, topic = await open_chassis(await database_url()), await fresh_topic("large")
    values = [b"%03d" % number + b"x" * 200_000 for number in range(50)]
    await add(database, topic, [("c-1", value) for value in values])
    async with open_producer(kafka_bootstrap, partitions=PARTITIONS) as producer:
        await producer.connected()
        relay = OutboxRelay(database, producer)
        claims = [await relay.drain() for _ in range(5)]
    assert sum(claims) == len(values)
    assert [value for _, value in await read_all(kafka_bootstrap, topic)] == values
    await database.close()
