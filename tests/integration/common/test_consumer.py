"""Does every event take effect exactly once, whatever happens to the processes, and is a bad one kept aside?"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import pytest
from aiokafka import TopicPartition
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.chassis import count, counts, event, open_chassis, publish, publish_events
from tests.support.databases import Databases
from tests.support.topics import Topics
from tests.support.waiting import until

from common import consumer
from common.consumer import Consumer
from common.database import Database
from common.dead_letters import Handle, Received, list_dead_letters, replay
from common.events import encode_event
from common.kafka import partition_of
from common.progress import Place, advance, positions


@asynccontextmanager
async def consuming(
    database: Database, bootstrap: str, topic: str, handle: Handle = count, batch_records: int = 2000
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    group = Consumer(
        database=database,
        bootstrap=bootstrap,
        group=f"group.{topic}",
        topics=[topic],
        handle=handle,
        code_version="1",
        batch_records=batch_records,
    )
    running = asyncio.create_task(group.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def start_process(url: str, bootstrap: str, topic: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.counting_process", url, bootstrap, topic, start_new_session=True
    )


async def test_processes_that_are_killed_neither_lose_nor_repeat_an_event(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    url, topic = await database_url(), await fresh_topic("killed")
    database = await open_chassis(url)
    events = [event(number, f"c-{number % 97}") for number in range(15_000)]
    oracle = dict(Counter(one.subject for one in events))
    chance = random.Random(7)
    publishing = asyncio.create_task(publish_events(kafka_bootstrap, topic, events))
    processes = [await start_process(url, kafka_bootstrap, topic) for _ in range(2)]
    try:
        for _ in range(3):
            seen = sum((await counts(database)).values())
            victim = chance.randrange(2)
            await until(partial(_moved, database, seen), seconds=40, what="progress")
            os.kill(processes[victim].pid, signal.SIGKILL)
            await processes[victim].wait()
            assert sum((await counts(database)).values()) < len(events), "killed when all was done"
            processes[victim] = await start_process(url, kafka_bootstrap, topic)
        await publishing

        async def all_counted() -> bool:
            return sum((await counts(database)).values()) >= len(events)

        await until(all_counted, seconds=60, what="every event counted")
    finally:
        for process in processes:
            process.kill()
            await process.wait()
    assert await counts(database) == oracle
    await database.close()


async def _moved(database: Database, before: int) -> bool:
    return sum((await counts(database)).values()) > before


@pytest.mark.parametrize("batch_bytes", [consumer.BATCH_BYTES, 50_000])
async def test_a_batch_shrinks_after_one_that_failed_or_was_heavy_and_grows_again(
    database_url: Databases,
    kafka_bootstrap: str,
    fresh_topic: Topics,
    monkeypatch: pytest.MonkeyPatch,
    batch_bytes: int,
) -> None:
    """What is too much for a time limit, or for memory, must not come again and again as it was."""
    monkeypatch.setattr(consumer, "BATCH_RECORDS", 100)
    monkeypatch.setattr(consumer, "BATCH_BYTES", batch_bytes)
    topic, database = await fresh_topic("sizes"), await open_chassis(await database_url())
    events = [event(number, f"c-{number % 97}") for number in range(4000)]
    await publish_events(kafka_bootstrap, topic, events)
    sizes: list[int] = []
    too_many = 600

    async def handle(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        sizes.append(len(batch))
        if len(batch) >= too_many:
            await connection.execute(text("SET LOCAL statement_timeout = 1"))
            await connection.execute(text("SELECT pg_sleep(1)"))
        await count(connection, batch)

    async def all_counted() -> bool:
        return sum((await counts(database)).values()) == len(events)

    async with consuming(database, kafka_bootstrap, topic, handle, batch_records=1000):
        await until(all_counted, seconds=60, what="every event counted")
    assert sizes[0] == 100
    assert max(sizes) >= too_many if batch_bytes > 50_000 else 200 <= max(sizes) < too_many
    assert sum(size for size in sizes if size < too_many) == len(events)
    await database.close()


async def test_of_two_owners_of_one_batch_the_second_waits_and_is_refused(database_url: Databases) -> None:
    database = await open_chassis(await database_url())
    async with database.transaction() as connection:
        await positions(connection, {("topic", 0): 5, ("topic", 1): 5})
    async with database.transaction() as first:
        assert await advance(first, {("topic", 0): (5, 9), ("topic", 1): (4, 9)}) == {("topic", 0)}
        zombie = asyncio.create_task(_advance(database, (5, 7)))
        await asyncio.wait([zombie], timeout=0.2)
        assert not zombie.done()
    assert await zombie == set()
    assert await _advance(database, (9, 10)) == {("topic", 0)}
    await database.close()


async def _advance(database: Database, step: tuple[int, int]) -> set[Place]:
    async with database.transaction() as connection:
        return await advance(connection, {("topic", 0): step})


async def test_after_a_restart_nothing_is_applied_again(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    url, topic = await database_url(), await fresh_topic("stale")
    database = await open_chassis(url)
    await publish_events(kafka_bootstrap, topic, [event(number, "c-1") for number in range(10)])
    async with consuming(database, kafka_bootstrap, topic):
        await until(lambda: _counted(database, 10))
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE counted SET n = 0"))
    async with consuming(database, kafka_bootstrap, topic):
        await publish_events(kafka_bootstrap, topic, [event(10, "c-1")])
        await until(lambda: _counted(database, 1))
    assert await counts(database) == {"c-1": 1}
    await database.close()


async def _counted(database: Database, wanted: int) -> bool:
    return sum((await counts(database)).values()) == wanted


async def test_a_poisoned_event_is_kept_with_its_reason_and_takes_effect_when_replayed(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    url, topic = await database_url(), await fresh_topic("poison")
    database = await open_chassis(url)
    events = [event(number, "c-1", "poison" if number == 500 else "page.viewed") for number in range(1000)]
    await publish_events(kafka_bootstrap, topic, events)
    await publish(kafka_bootstrap, topic, [("c-1", b"this is no event")])
    async with consuming(database, kafka_bootstrap, topic):
        await until(lambda: _letters(database, 2))
        await until(lambda: _counted(database, 999))
    letters = await list_dead_letters(database)
    assert [letter.event for letter in letters] == ["test/e-500", None]
    assert letters[0].reason == "ValueError: poison in e-500"
    assert letters[1].reason.startswith("DecodeError: ")

    assert (await replay(database, count, letters[0].id, code_version="2") or "").startswith("ValueError")

    async def mended(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        await connection.execute(text("UPDATE counted SET n = n + 1"))

    assert await replay(database, mended, letters[0].id, code_version="2") is None
    assert len(await list_dead_letters(database)) == 1
    assert await counts(database) == {"c-1": 1000}
    await database.close()


async def _letters(database: Database, wanted: int) -> bool:
    return len(await list_dead_letters(database)) == wanted


async def test_the_twentieth_bad_event_in_a_row_stops_the_partition_and_a_restart_does_not_forget(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    url, topic = await database_url(), await fresh_topic("brake")
    database = await open_chassis(url)
    bad = [event(number, "c-1", "poison") for number in range(30)]
    good = [event(number, f"c-{number}") for number in range(100, 160) if number % 7]
    await publish_events(kafka_bootstrap, topic, bad)
    await publish_events(kafka_bootstrap, topic, good)
    others = sum(1 for one in good if _partition(one.subject) != _partition("c-1"))
    for _ in range(2):
        async with consuming(database, kafka_bootstrap, topic):
            await until(lambda: _counted(database, others))
            await until(lambda: _letters(database, 19))
    assert len(await list_dead_letters(database)) == 19
    await database.close()


def _partition(customer: str) -> int:
    return partition_of(customer.encode(), 6)


async def test_a_bad_event_with_a_nul_in_its_names_is_kept_and_stops_nothing(
    database_url: Databases, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    database, topic = await open_chassis(await database_url()), await fresh_topic("nul")
    bad = encode_event(replace(event(1, "c-1", "poison"), id="e\0", subject="c\0"))
    await publish(kafka_bootstrap, topic, [("c-1", bad), ("c-1", encode_event(event(2, "c-1")))])
    async with consuming(database, kafka_bootstrap, topic):
        await until(lambda: _counted(database, 1), what="the good event counted")
    (letter,) = await list_dead_letters(database)
    assert (letter.event, letter.customer) == ("test/e\ufffd", "c\ufffd")
    await database.close()


class _MovingLog:
    """A client whose partitions are taken away while it is asked for their ends."""

    def __init__(self) -> None:
        self.committed: dict[TopicPartition, int] = {}
        self.consumer: Consumer | None = None

    async def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        assert self.consumer is not None
        self.consumer._known = set()
        return dict.fromkeys(places, 7)

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.committed = offsets


async def test_partitions_that_move_while_the_lag_is_measured_do_no_harm(database_url: Databases) -> None:
    database, log = await open_chassis(await database_url()), _MovingLog()
    log.consumer = Consumer(
        database=database, bootstrap="none", group="g", topics=["t"], handle=count, code_version="1"
    )
    log.consumer._known = {("t", 0)}
    await log.consumer._measure(log)
    assert log.committed == {TopicPartition("t", 0): 0}
    await database.close()
