"""Do identity facts give one flat alias table in any order, and does an unmerge give the alias back?"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace
from sqlalchemy import text
from tests.support.chassis import TIME, open_chassis
from tests.support.databases import Databases

from common.aliases import aliases_since, follow_identity_facts, members, resolve
from common.database import Database
from common.events import Event

LINK, MERGE, UNMERGE = "identity.linked", "customer.merged", "customer.unmerged"


@pytest_asyncio.fixture
async def database(database_url: Databases) -> AsyncIterator[Database]:
    database = await open_chassis(await database_url())
    yield database
    await database.close()


def told(minute: int, type_: str, alias: str, customer: str) -> list[Event]:
    """One fact as it is published: twice, once a subject."""
    return [
        Event(
            id=f"fact-{minute}:{side}",
            source="guanxi.ingest",
            type=type_,
            subject=subject,
            time=TIME + timedelta(minutes=minute),
            data={"alias": alias, "customer": customer, "kind": "email", "merge_id": None},
        )
        for side, subject in (("alias", alias), ("customer", customer))
    ]


async def follow(database: Database, events: Sequence[Event]) -> set[str]:
    async with database.transaction() as connection:
        return await follow_identity_facts(connection, events)


async def table(database: Database) -> dict[str, str]:
    async with database.transaction() as connection:
        return dict((await connection.execute(text("SELECT alias, customer FROM alias"))).all())


HISTORIES = {
    "a chain": ([(1, LINK, "b", "a"), (2, LINK, "c", "b"), (3, LINK, "d", "c")], {"b": "a", "c": "a", "d": "a"}),
    "a chain from its end": (
        [(1, LINK, "d", "c"), (2, LINK, "c", "b"), (3, MERGE, "b", "a")],
        dict.fromkeys("bcd", "a"),
    ),
    "a circle": ([(1, LINK, "b", "a"), (2, LINK, "c", "b"), (3, MERGE, "a", "c")], {"b": "a", "c": "a"}),
    "a merge undone": ([(1, LINK, "c", "b"), (2, MERGE, "b", "a"), (3, UNMERGE, "b", "a")], {"c": "b"}),
    "a merge undone and done again": (
        [(1, MERGE, "b", "a"), (2, UNMERGE, "b", "a"), (3, MERGE, "b", "a")],
        {"b": "a"},
    ),
    "an alias that moved": ([(1, LINK, "b", "a"), (2, MERGE, "b", "d"), (3, LINK, "c", "b")], {"b": "d", "c": "d"}),
    "a later link undone": ([(1, LINK, "b", "a"), (2, MERGE, "b", "d"), (3, UNMERGE, "b", "d")], {"b": "a"}),
    "an undoing of a link that was replaced": (
        [(1, LINK, "b", "a"), (2, MERGE, "b", "d"), (3, UNMERGE, "b", "a")],
        {"b": "d"},
    ),
    "itself": ([(1, LINK, "a", "a")], {}),
}


@pytest.mark.parametrize("history", HISTORIES)
async def test_facts_give_the_same_table_in_any_order_in_any_batches_and_twice(
    database: Database, history: str
) -> None:
    facts, expected = HISTORIES[history]
    events = [event for fact in facts for event in told(*fact)]
    chance = random.Random(history)
    for _ in range(12):
        shuffled = chance.sample(events * 2, len(events) * 2)
        while shuffled:
            size = chance.randint(1, 4)
            await follow(database, shuffled[:size])
            shuffled = shuffled[size:]
        assert await table(database) == expected
        async with database.transaction() as connection:
            await connection.execute(text("TRUNCATE alias, alias_fact"))


async def test_it_tells_whose_union_changed(database: Database) -> None:
    assert await follow(database, told(1, LINK, "c", "b")) == {"b", "c"}
    assert await follow(database, told(2, MERGE, "b", "a")) == {"a", "b", "c"}
    assert await follow(database, told(2, MERGE, "b", "a")) == set()
    async with database.transaction() as connection:
        assert await members(connection, ["a"]) == {"a": ["a", "b", "c"]}
    assert await follow(database, told(3, UNMERGE, "b", "a")) == {"a", "b", "c"}
    async with database.transaction() as connection:
        assert await members(connection, ["a", "b"]) == {"a": ["a"], "b": ["b", "c"]}
        assert await resolve(connection, "c") == "b"


async def test_at_the_end_of_a_chain_ids_are_one_since_its_latest_link(database: Database) -> None:
    events = [*told(5, LINK, "c", "b"), *told(2, MERGE, "b", "a"), *told(9, LINK, "d", "b")]
    await follow(database, events)
    async with database.transaction() as connection:
        since = await aliases_since(connection, "a")
    assert since == {alias: TIME + timedelta(minutes=minute) for alias, minute in {"b": 2, "c": 5, "d": 9}.items()}
    await follow(database, told(7, MERGE, "b", "a"))
    async with database.transaction() as connection:
        since = await aliases_since(connection, "a")
    assert since == {alias: TIME + timedelta(minutes=minute) for alias, minute in {"b": 7, "c": 7, "d": 9}.items()}


async def test_a_fact_of_a_producer_is_an_event_like_any_other(database: Database) -> None:
    forged = [
        replace(event, source=source) for event in told(1, MERGE, "b", "a") for source in ("shop", "shop:guanxi.ingest")
    ]
    assert await follow(database, forged) == set()
    assert await table(database) == {}


async def test_links_of_one_chain_followed_at_the_same_time_end_flat(database: Database) -> None:
    chain = [told(number, LINK, f"c-{number + 1:02}", f"c-{number:02}") for number in range(20)]
    await asyncio.gather(*(follow(database, events) for events in random.Random(3).sample(chain, 20)))
    assert await table(database) == {f"c-{number + 1:02}": "c-00" for number in range(20)}
