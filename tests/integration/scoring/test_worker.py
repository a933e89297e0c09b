"""Does an order that goes in by Kafka come out as a card, a message on Kafka and a measure of freshness?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaConsumer
from tests.integration.scoring.desk import Desk, event, linked, order, rows
from tests.integration.scoring.desk import partition as partition_of
from tests.support.chassis import publish_events
from tests.support.topics import Topics
from tests.support.waiting import until

from common.consumer import Consumer
from common.database import Database
from common.dead_letters import list_dead_letters
from common.events import RELATIONSHIPS
from common.kafka import open_producer
from common.outbox import OutboxRelay
from scoring.consumers.events import EventHandler
from scoring.jobs.marked import judge_marked_customers


@asynccontextmanager
async def working(
    database: Database, bootstrap: str, topics: Sequence[str], *, workers: int = 1
) -> AsyncIterator[None]:
    """Workers of a group of their own, each with its cache, and one relay."""
    stop, group = asyncio.Event(), f"group.{uuid4().hex}"
    async with open_producer(bootstrap, partitions=6) as producer, asyncio.TaskGroup() as tasks:
        for _ in range(workers):
            desk = Desk(database)
            consumer = Consumer(
                database=database,
                bootstrap=bootstrap,
                group=group,
                topics=topics,
                handle=EventHandler(desk.deployment, desk.cache).handle,
                forget=desk.cache.forget,
                code_version="1",
            )
            tasks.create_task(consumer.run(stop))
            tasks.create_task(judge_marked_customers(database, desk.deployment, desk.cache)(stop))
        tasks.create_task(OutboxRelay(database, producer).run(stop))
        try:
            yield
        finally:
            stop.set()


async def is_true(database: Database, query: str) -> bool:
    return bool((await rows(database, query))[0][0])


async def test_events_of_three_topics_reach_one_state_and_the_message_is_on_kafka(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    topics = [await fresh_topic(name) for name in ("interactions", "care", "feedback")]
    customer = f"c-{uuid4().hex}"
    await publish_events(kafka_bootstrap, topics[0], [order(customer, 30_000), event("zebra.seen", customer)])
    await publish_events(
        kafka_bootstrap, topics[1], [event("care.sent", customer, source="guanxi.engagement", channel="email")]
    )
    await publish_events(
        kafka_bootstrap, topics[2], [event("case.overdue", customer, source="guanxi.feedback", case_id="case_1")]
    )
    reader = AIOKafkaConsumer(RELATIONSHIPS, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest")
    await reader.start()
    async with working(database, kafka_bootstrap, topics):
        await until(partial(is_true, database, "SELECT count(*) = 4 FROM ledger"))
        await until(partial(is_true, database, "SELECT count(*) = 0 FROM outbox"))
        await until(partial(is_true, database, "SELECT bool_and(next_offset = end_offset) FROM progress"))
    found: list[Any] = []
    async with asyncio.timeout(30):
        while not found:
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += [one for one in records if one.key == customer.encode()]
    await reader.stop()
    assert msgspec.json.decode(found[-1].value or b"")["data"]["card"]["rfm"]["monetary_minor"] == 30_000
    assert await rows(database, "SELECT tier, segment FROM state") == [("brand", "potential")]


async def test_two_workers_judge_a_customer_with_the_aliases_of_the_others_partitions(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    topic = await fresh_topic("interactions")
    family = [f"c-{number}" for number in range(30)]
    assert len({partition_of(one) for one in family}) == 6
    told = [order(one, 1_000) for one in family for _ in range(5)]
    facts = [fact for number, alias in enumerate(family[1:]) for fact in linked(alias, family[0], number=number + 1)]
    wanted = f"SELECT monetary_minor = 150000 FROM state WHERE subject = '{family[0]}'"  # noqa: S608
    async with working(database, kafka_bootstrap, [topic], workers=2):
        await publish_events(kafka_bootstrap, topic, [*told[::2], *facts, *told[1::2]])
        await until(partial(is_true, database, "SELECT count(*) = 208 FROM ledger"))
        await until(partial(is_true, database, wanted), seconds=10, what="the union")
        await until(partial(is_true, database, "SELECT count(*) = 0 FROM dirty"), seconds=10)


async def test_a_malformed_order_is_a_dead_letter_and_its_neighbours_take_effect(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    topic = await fresh_topic("interactions")
    bad = event("order.completed", "c-1", id_="bad", currency="CNY")
    await publish_events(kafka_bootstrap, topic, [order("c-1"), bad, order("c-1"), order("c-2")])
    async with working(database, kafka_bootstrap, [topic]):
        await until(partial(is_true, database, "SELECT count(*) = 3 FROM ledger"))
        await until(partial(is_true, database, "SELECT count(*) = 1 FROM dead_letter"))
    (letter,) = await list_dead_letters(database)
    assert (letter.event, letter.reason.split(":")[0]) == ("shop/bad", "EventMalformed")
