"""What do scoring's integration tests work with? A worker without Kafka: a database, its own cache and a set clock."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text

from common.database import Database
from common.dead_letters import Received
from common.events import INTERACTIONS, Event, decode_event, encode_event
from common.kafka import partition_of
from scoring.domain.card import card, score
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Setting, replay
from scoring.domain.state.state import State
from scoring.store.rules import RulesInForce
from scoring.store.state_cache import StateCache
from scoring.usecases.apply_events import apply_events
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_marked import judge_marked
from scoring.usecases.read_events import read_events

ZONE = ZoneInfo("Asia/Shanghai")
PARTITIONS = 6
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)  # noon of the local day
TODAY = date(2026, 11, 24)


def deployment(now: datetime = NOW) -> Deployment:
    """A deployment whose clock stands still."""
    setting = Setting(zone=ZONE, money=Money(base_currency="CNY"))
    return Deployment(partitions=PARTITIONS, zone=ZONE, setting=setting, rules=RulesInForce(), now=lambda: now)


_counter = iter(range(1 << 60))


def event(
    type_: str, customer: str, /, *, days_ago: float = 0.0, id_: str | None = None, source: str = "shop", **data: Any
) -> Event:
    """An event of a customer, so many days before NOW."""
    return Event(
        id=id_ or f"e-{next(_counter)}",
        source=source,
        type=type_,
        subject=customer,
        time=NOW - timedelta(days=days_ago),
        recordedtime=NOW,
        data=data,
    )


def order(customer: str, amount_minor: int = 10_000, *, days_ago: float = 0.0, **more: Any) -> Event:
    return event("order.completed", customer, days_ago=days_ago, amount_minor=amount_minor, currency="CNY", **more)


def linked(alias: str, customer: str, type_: str = "identity.linked", number: int = 1) -> list[Event]:
    """The two copies of an identity fact."""
    data = {"alias": alias, "customer": customer, "kind": "email"}
    names = ((alias, f"lnk_{number}:alias"), (customer, f"lnk_{number}:customer"))
    return [
        event(type_, subject, id_=id_, source="guanxi.ingest", days_ago=-number / 1e5, **data) for subject, id_ in names
    ]


def partition(customer: str) -> int:
    return partition_of(customer.encode(), PARTITIONS)


def received(events: Iterable[Event], topic: str = INTERACTIONS) -> list[Received]:
    """Events as they come from Kafka, each in its customer's partition."""
    found = []
    for offset, one in enumerate(events):
        value = encode_event(one)
        place = partition(one.subject)
        found.append(Received(topic=topic, partition=place, offset=offset, value=value, event=decode_event(value)))
    return sorted(found, key=lambda one: one.partition)


class Desk:
    """One worker: what it applies, what it judges again, what it queued."""

    def __init__(self, database: Database, at: Deployment | None = None) -> None:
        self.database = database
        self.deployment = at or deployment()
        self.cache = StateCache(worker=uuid4(), partitions=PARTITIONS, customers=600)

    async def apply(self, events: Iterable[Event]) -> None:
        """One batch in one transaction, as the consumer does it."""
        async with self.database.transaction() as connection:
            await connection.execute(text("SELECT 1"))
            await apply_events(connection, received(events), deployment=self.deployment, cache=self.cache)

    async def judge_marked(self) -> int:
        async with self.database.transaction() as connection:
            return await judge_marked(connection, deployment=self.deployment, cache=self.cache)


async def messages(database: Database) -> list[dict[str, Any]]:
    """The queued messages, oldest first."""
    async with database.transaction() as connection:
        rows = await connection.execute(text("SELECT value FROM outbox ORDER BY id"))
        return [msgspec.json.decode(value) for value in rows.scalars()]


async def states(database: Database) -> dict[str, bytes]:
    """The stored body of each subject."""
    async with database.transaction() as connection:
        return dict((await connection.execute(text("SELECT subject, body FROM state"))).all())


async def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    async with database.transaction() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


def oracle(events: Sequence[Event], at: Deployment, policy: Policy) -> dict[str, bytes]:
    """The body of each subject, from the domain alone."""
    by_subject: dict[str, list[bytes]] = {}
    for one in events:
        by_subject.setdefault(one.subject, []).append(encode_event(one))
    return {subject: replay(read_events(values), policy, at.setting).encode() for subject, values in by_subject.items()}


def oracle_card(customer: str, bodies: Iterable[bytes], day: date, policy: Policy) -> dict[str, Any]:
    """The card of united bodies."""
    state = State.union(State.decode(body) for body in bodies)
    return card(score(pack_states([state]), day, policy, policy.fixed), 0, customer=customer, currency="CNY")


def shuffled_batches(events: Sequence[Event], chance: random.Random) -> list[list[Event]]:
    """Every event twice, in any order, cut anywhere."""
    mixed = [*events, *events]
    chance.shuffle(mixed)
    cuts = sorted(chance.sample(range(1, len(mixed)), 5))
    return [mixed[start:end] for start, end in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
