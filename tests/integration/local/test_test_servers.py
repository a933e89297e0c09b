"""Do the fixtures that other tests stand on keep what they promise?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.support.databases import Databases, as_owner
from tests.support.port_bases import BASES, claim_port_base
from tests.support.topics import Topics


async def test_an_empty_database_is_ones_own_and_takes_tables(database_url: Databases) -> None:
    first, second = await database_url(), await database_url()
    one, two = await asyncpg.connect(first), await asyncpg.connect(second)
    await one.execute("CREATE TABLE note (text text)")
    assert await two.fetchval("SELECT to_regclass('note')") is None
    await one.close()
    await two.close()


async def test_the_runtime_role_has_rows_but_no_tables_and_no_other_database(database_url: Databases) -> None:
    owned = await database_url()
    runtime = owned.replace("chassis_owner@", "chassis@")
    assert as_owner(runtime) == owned
    owner = await asyncpg.connect(owned)
    await owner.execute("CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
    service = await asyncpg.connect(runtime)
    await service.execute("INSERT INTO note (text) VALUES ('a')")
    assert await service.fetchval("UPDATE note SET text = 'b' RETURNING text") == "b"
    for refused in ("CREATE TABLE other (id int)", "TRUNCATE note", "DROP TABLE note"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(refused)
    await service.execute("CREATE TEMPORARY TABLE pile (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(owned.replace("chassis_owner@", "ingest@"))
    await owner.close()
    await service.close()


async def test_a_fresh_topic_carries_a_record(kafka_bootstrap: str, fresh_topic: Topics) -> None:
    topic = await fresh_topic("notes")
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all") as producer:
        sent = await producer.send_and_wait(topic, b"hello", partition=5)
    assert sent.offset == 0
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest") as consumer:
        assert (await consumer.getone()).value == b"hello"


def test_runs_that_find_the_claims_of_dead_ones_never_get_the_same_ports(tmp_path: Path) -> None:
    nobody, at_once = "999999999", 8
    for turn in range(5):
        claims = tmp_path / str(turn)
        claims.mkdir()
        for base in BASES[:at_once]:
            (claims / str(base)).write_text(nobody)
        start = threading.Barrier(at_once)

        def claim(_: int, claims: Path = claims, start: threading.Barrier = start) -> int:
            start.wait()
            return claim_port_base(claims)

        with ThreadPoolExecutor(at_once) as threads:
            bases = list(threads.map(claim, range(at_once)))
        assert len(set(bases)) == at_once
