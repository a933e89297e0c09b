"""Is a customer judged with all its aliases, whoever consumes their partitions, and without them after an unmerge?"""

import random
from itertools import count
from typing import Any

from tests.integration.scoring.desk import (
    TODAY,
    Desk,
    event,
    linked,
    messages,
    oracle,
    oracle_card,
    order,
    partition,
    rows,
)

from common.database import Database
from common.events import Event
from scoring.domain.policy.policy import Policy
from scoring.store.standings import list_standings
from scoring.usecases.find_customer import find_customers


def apart() -> tuple[str, str]:
    """An alias and a customer in two partitions."""
    names = (f"c-{number}" for number in count())
    customer = next(names)
    return next(name for name in names if partition(name) != partition(customer)), customer


async def last_card(database: Database, customer: str) -> Any:  # decoded JSON
    return [one["data"]["card"] for one in await messages(database) if one["subject"] == customer][-1]


async def settle(*desks: Desk) -> None:
    """Until no worker finds a mark."""
    while sum([await desk.judge_marked() for desk in desks]):
        pass


async def listed(database: Database) -> list[str]:
    async with database.transaction() as connection:
        found = await list_standings(connection, {}, sort=None, descending=False, after=None, limit=100)
        return [one.customer for one in found]


async def test_an_event_of_an_alias_moves_its_customer_in_another_worker(database: Database, policy: Policy) -> None:
    alias, customer = apart()
    alone, other = Desk(database), Desk(database)
    told = [order(customer, 30_000), order(alias, 60_000, days_ago=400)]
    await alone.apply(told[:1])
    await other.apply(told[1:])
    copies = linked(alias, customer)
    await other.apply(copies[:1])
    await alone.apply(copies[1:])
    await settle(alone, other)
    told.append(order(alias, 50_000))
    await other.apply(told[-1:])
    await settle(other, alone)
    bodies = oracle(told, alone.deployment, policy)
    assert await last_card(database, customer) == oracle_card(customer, bodies.values(), TODAY, policy)
    assert await listed(database) == [customer]
    assert (await messages(database))[-1]["data"]["cause"] == "event"


async def test_a_link_alone_is_published_with_the_cause_merge(database: Database) -> None:
    alias, customer = apart()
    desk = Desk(database)
    await desk.apply([order(customer, 30_000, days_ago=40), order(alias, 90_000, days_ago=40)])
    await desk.apply(linked(alias, customer))
    await settle(desk)
    assert [one["data"]["cause"] for one in await messages(database)] == ["late", "late", "merge"]
    assert (await last_card(database, customer))["rfm"]["monetary_minor"] == 120_000


async def test_after_an_unmerge_both_stand_alone_again(database: Database, policy: Policy) -> None:
    alias, customer = apart()
    desk = Desk(database)
    told = [order(customer, 30_000), order(alias, 90_000)]
    await desk.apply([*told, *linked(alias, customer)])
    await settle(desk)
    await desk.apply(linked(alias, customer, "customer.unmerged", number=2))
    await settle(desk)
    bodies = oracle(told, desk.deployment, policy)
    for one in (alias, customer):
        assert await last_card(database, one) == oracle_card(one, [bodies[one]], TODAY, policy)
    assert sorted(await listed(database)) == sorted([alias, customer])


async def test_a_link_told_by_a_producer_links_nobody(database: Database) -> None:
    alias, customer = apart()
    desk = Desk(database)
    data: dict[str, Any] = {"alias": alias, "customer": customer, "kind": "email"}
    await desk.apply([order(customer), order(alias), event("identity.linked", customer, source="shop", **data)])
    assert await rows(database, "SELECT count(*) FROM alias") == [(0,)]
    assert sorted(await listed(database)) == sorted([alias, customer])


async def test_any_mixture_of_events_and_links_ends_in_the_union(database: Database, policy: Policy) -> None:
    chance = random.Random(3)
    family = [f"c-{number}" for number in range(8)]
    told: list[Event] = [
        order(chance.choice(family), chance.randrange(1, 50_000), days_ago=chance.uniform(0, 500)) for _ in range(60)
    ]
    facts = [one for number, alias in enumerate(family[1:4]) for one in linked(alias, family[0], number=number + 1)]
    mixed = [*told, *facts, *told]
    chance.shuffle(mixed)
    desks = [Desk(database), Desk(database)]
    while mixed:
        batch = [mixed.pop() for _ in range(min(len(mixed), chance.randrange(1, 20)))]
        for number, desk in enumerate(desks):
            if own := [one for one in batch if partition(one.subject) % 2 == number]:
                await desk.apply(own)
        await chance.choice(desks).judge_marked()
    await settle(*desks)
    bodies = oracle(told, desks[0].deployment, policy)
    united = [bodies[one] for one in family[:4] if one in bodies]
    assert await last_card(database, family[0]) == oracle_card(family[0], united, TODAY, policy)
    async with database.transaction() as connection:
        found = await find_customers(connection, [family[2]], deployment=desks[0].deployment)
    assert found[family[2]].id == family[0]
