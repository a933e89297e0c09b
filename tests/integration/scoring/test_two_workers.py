"""Do links, unlinks and erasures end as a fresh replay would, in two workers that need each other's aliases?"""

import random
from collections.abc import Iterable
from functools import partial
from itertools import count

from tests.integration.scoring.desk import PARTITIONS, TODAY, event, linked, oracle, oracle_card, order, rows
from tests.integration.scoring.desk import deployment as deployed
from tests.integration.scoring.desk import partition as partition_of
from tests.integration.scoring.test_aliases import listed
from tests.integration.scoring.test_erasure import erased
from tests.integration.scoring.test_worker import is_true, working
from tests.support.chassis import publish_events
from tests.support.topics import Topics
from tests.support.waiting import until

from common.database import Database
from common.events import Event
from scoring.domain.card import score
from scoring.domain.changes import published
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.state import State
from scoring.usecases.find_customer import find_customers

IDS = [f"c-{number}" for number in range(60)]
SILENT = set(IDS[-12:])
"""Ids that others are linked to, of whom nothing else is ever told."""
LEAST_TURNS = 5


class Shop:
    """What ingest might tell: events, links of ids that stand alone, their end, and erasures of whole customers."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.told: list[Event] = []
        self.links: dict[str, str] = {}
        self.erased: set[str] = set()
        self.number = 0

    def step(self) -> Iterable[Event]:
        self.number += 1
        pick = self.chance.random()
        one, other = self.chance.sample(IDS, 2)
        if pick < 0.14 and self._stands_alone(one) and other not in self.links:
            return self._link(one, other)
        if pick < 0.18 and self.links:
            return self._unlink(self.chance.choice(sorted(self.links)))
        if pick < 0.20:
            return self._erase(self.links.get(one, one))
        if pick < 0.35 and self.told:
            return [self.chance.choice(self.told)]  # again, perhaps long after its customer was erased
        return [] if one in SILENT else [self._event(one)]

    def _stands_alone(self, one: str) -> bool:
        return one not in self.links and one not in self.links.values()

    def _link(self, alias: str, customer: str) -> list[Event]:
        self.links[alias] = customer
        return linked(alias, customer, number=self.number)

    def _unlink(self, alias: str) -> list[Event]:
        return linked(alias, self.links.pop(alias), "customer.unmerged", number=self.number)

    def _erase(self, customer: str) -> list[Event]:
        aliases = [alias for alias, to in self.links.items() if to == customer]
        self.erased.update((customer, *aliases))
        return erased(customer, *aliases, request=f"prv_{self.number}")

    def _event(self, one: str) -> Event:
        days = self.chance.uniform(0, 500)
        if self.chance.random() < 0.5:
            told = order(one, self.chance.randrange(1, 90_000), days_ago=days)
        else:
            told = event(self.chance.choice(["complaint.made", "page.viewed", "ticket.resolved"]), one, days_ago=days)
        self.told.append(told)
        return told

    def families(self) -> dict[str, list[str]]:
        """Every customer that is left, with the ids that are read as one."""
        alive = {alias: to for alias, to in self.links.items() if not {alias, to} & self.erased}
        families: dict[str, list[str]] = {}
        for one in IDS:
            if one not in self.erased:
                families.setdefault(alive.get(one, one), []).append(one)
        return families


async def test_two_workers_end_where_a_fresh_replay_ends(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics, policy: Policy
) -> None:
    assert len({partition_of(one) for one in IDS}) == PARTITIONS
    topic, shop, sent = await fresh_topic("interactions"), Shop(5), 0
    async with working(database, kafka_bootstrap, [topic], workers=2):
        for turn in count():
            batch = [one for _ in range(100) for one in shop.step()]
            await publish_events(kafka_bootstrap, topic, batch)
            sent += len(batch)
            if turn >= LEAST_TURNS:
                await until(partial(is_true, database, f"SELECT sum(next_offset) = {sent} FROM progress"))  # noqa: S608
                if await is_true(database, "SELECT count(DISTINCT worker) = 2 FROM guard"):
                    break
        await until(partial(is_true, database, "SELECT count(*) = 0 FROM dirty"))
    assert len(shop.links) > 3
    assert 3 < len(shop.erased) < len(IDS) - 15
    await compare(database, shop, policy)


async def compare(database: Database, shop: Shop, policy: Policy) -> None:
    """Cards as they are read, what was published of them, and who is left at all."""
    at = deployed()
    bodies = oracle([one for one in shop.told if one.subject not in shop.erased], at, policy)
    unions = {
        customer: [bodies[one] for one in family if one in bodies] for customer, family in shop.families().items()
    }
    expected = {customer: states for customer, states in unions.items() if states}
    async with database.transaction() as connection:
        found = await find_customers(connection, IDS, deployment=at)
    assert {one.id for one in found.values()} == set(expected)
    stored = dict(await rows(database, "SELECT subject, published FROM state"))
    for customer, states in expected.items():
        card = oracle_card(customer, states, TODAY, policy)
        assert oracle_card(customer, [found[customer].state.encode()], TODAY, policy) == card
        columns = score(pack_states([State.union(State.decode(each) for each in states)]), TODAY, policy, policy.fixed)
        assert stored[customer] == published(columns)[0], customer
    assert await listed(database) == sorted(expected)
    gone = await rows(database, "SELECT subject FROM state WHERE erased_at IS NOT NULL")
    assert {subject for (subject,) in gone} == shop.erased
    left = await rows(database, "SELECT DISTINCT subject FROM ledger WHERE type <> 'customer.erased'")
    assert not shop.erased & {subject for (subject,) in left}
