"""What does a test of a customer mirror need? Events to tell it, in any order and number, and its tables' content."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.support.chassis import TIME

from common.consumer import Consumer
from common.database import Database
from common.dead_letters import Handle, Received
from common.events import Event, decode_event

CONTRACTS = Path(__file__).parents[2] / "contracts"


def interaction(minute: int, type_: str, subject: str, *, source: str = "shop", id_: str = "", **data: Any) -> Event:
    """What a producer told, `minute` minutes after TIME."""
    time = TIME + timedelta(minutes=minute)
    return Event(id=id_ or f"e-{minute}", source=source, type=type_, subject=subject, time=time, data=data)


def consent(minute: int, subject: str, granted: bool, purpose: str, channel: str) -> Event:
    """A consent given or taken back."""
    said = {"purpose": purpose, "channel": channel}
    return interaction(minute, "consent.granted" if granted else "consent.withdrawn", subject, consent=said)


def identity_fact(minute: int, type_: str, alias: str, customer: str, *, source: str = "guanxi.ingest") -> list[Event]:
    """A fact of ingest as it is published: twice, once a subject."""
    data = {"alias": alias, "customer": customer, "kind": "email", "merge_id": None}
    return [
        interaction(minute, type_, subject, source=source, id_=f"fact-{minute}:{side}", **data)
        for side, subject in (("alias", alias), ("customer", customer))
    ]


def evaluated(number: int, subject: str, *, as_of: date, source: str = "guanxi.scoring", **card: Any) -> Event:
    """A card as scoring publishes it: the example of the contract with some values of its own."""
    example = decode_event((CONTRACTS / "relationships" / "relationship.changed.v1.json").read_bytes())
    told = json.loads(json.dumps(example.data))
    told["as_of"] = told["card"]["as_of"] = as_of.isoformat()
    told["card"] |= card
    return Event(
        id=f"card-{number:03}", source=source, type=example.type, subject=subject, time=example.time, data=told
    )


def received(events: Sequence[Event], topic: str = "topic") -> list[Received]:
    """Events as a handler gets them."""
    return [
        Received(topic=topic, partition=0, offset=offset, value=b"", event=event) for offset, event in enumerate(events)
    ]


def shuffled_batches(events: Sequence[Event], chance: random.Random) -> Iterator[list[Received]]:
    """Every event twice, in a random order, in batches of random size."""
    left = chance.sample([*events, *events], 2 * len(events))
    while left:
        size = chance.randint(1, 12)
        yield received(left[:size])
        left = left[size:]


async def apply(database: Database, handle: Handle, *batches: Sequence[Received]) -> None:
    """Hand batches to a handler, each in a transaction of its own."""
    for batch in batches:
        async with database.transaction() as connection:
            await handle(connection, batch)


async def dump(database: Database, tables: Sequence[str]) -> dict[str, list[str]]:
    """The rows of some tables as texts, sorted."""
    async with database.transaction() as connection:
        return {
            table: sorted((await connection.execute(text(f"SELECT CAST(t AS text) FROM {table} t"))).scalars())  # noqa: S608
            for table in tables
        }


async def empty(database: Database, tables: Sequence[str]) -> None:
    """Delete all rows of some tables."""
    async with database.transaction() as connection:
        for table in tables:
            await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608


@asynccontextmanager
async def consuming(database: Database, bootstrap: str, topics: Sequence[str], handle: Handle) -> AsyncIterator[None]:
    """A consumer of some topics, running meanwhile."""
    stop = asyncio.Event()
    consumer = Consumer(
        database=database,
        bootstrap=bootstrap,
        group=f"group.{topics[0]}",
        topics=topics,
        handle=handle,
        code_version="1",
    )
    running = asyncio.create_task(consumer.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def applied(database: Database) -> int:
    """How many records were consumed, of topics that were new before."""
    async with database.transaction() as connection:
        return int((await connection.execute(text("SELECT coalesce(sum(next_offset), 0) FROM progress"))).scalar_one())
