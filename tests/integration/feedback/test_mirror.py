"""Does feedback's mirror hold what was told, whatever the order, the batches and the repeats?"""

import random
from datetime import date, timedelta

import pytest
from tests.support.chassis import TIME, publish_events
from tests.support.mirror import (
    applied,
    apply,
    consent,
    consuming,
    dump,
    empty,
    evaluated,
    identity_fact,
    interaction,
    received,
    shuffled_batches,
)
from tests.support.topics import Topics
from tests.support.waiting import until

from common.database import Database
from common.dead_letters import list_dead_letters
from common.events import Event
from feedback.consumers.mirror import handle
from feedback.usecases.read_customer import MirroredCustomer, UnknownCustomer, read_customer

TABLES = ("first_contact", "language", "research_consent", "relationship", "alias", "alias_fact")
DAY = date(2026, 11, 20)


async def read(database: Database, own: str) -> MirroredCustomer:
    async with database.transaction() as connection:
        return await read_customer(connection, own)


async def tell(database: Database, *events: Event) -> None:
    await apply(database, handle, received(events))


def said(customer: MirroredCustomer) -> list[tuple[str, str, bool]]:
    return [(one.customer, one.channel, one.granted) for one in customer.research_consents]


def random_history(chance: random.Random) -> list[Event]:
    """Sixty events about five ids, several about the same thing at the same instant."""
    ids = ["a", "b", "c", "d", "e"]
    events: list[Event] = []
    for number in range(60):
        minute, subject = chance.randint(0, 20), chance.choice(ids)
        kind = chance.choice(["consent", "profile", "card", "link", "unknown"])
        if kind == "consent":
            purpose, channel = chance.choice(["research", "care"]), chance.choice(["email", "*"])
            events.append(consent(minute, subject, chance.random() < 0.5, purpose, channel))
        elif kind == "profile":
            profile = chance.choice([{"language": "zh"}, {"language": None}, {"language": "en"}, {"name": "Ann"}])
            events.append(interaction(minute, "profile.updated", subject, id_=f"p-{number}", profile=profile))
        elif kind == "card":
            events.append(evaluated(number, subject, as_of=DAY.replace(day=chance.randint(1, 3)), segment="potential"))
        elif kind == "link":
            type_ = chance.choice(["identity.linked", "customer.merged", "customer.unmerged"])
            events += identity_fact(100 + number, type_, subject, chance.choice(ids))
        else:
            events.append(interaction(minute, "shop.wishlisted", subject, anything={"at": ["all"]}))
    return events


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_any_batches_and_repeats_give_the_same_tables(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    history = random_history(chance)
    await tell(database, *history)
    expected = await dump(database, TABLES)
    assert all(expected[table] for table in TABLES if table != "alias")
    for _ in range(8):
        await empty(database, TABLES)
        await apply(database, handle, *shuffled_batches(history, chance))
        assert await dump(database, TABLES) == expected


@pytest.mark.parametrize("withdrawn_first", [True, False])
@pytest.mark.parametrize("together", [True, False])
async def test_of_two_statements_at_one_instant_the_withdrawal_stays(
    database: Database, withdrawn_first: bool, together: bool
) -> None:
    withdrawal, grant = consent(1, "c-1", False, "research", "email"), consent(1, "c-1", True, "research", "email")
    events = [withdrawal, grant] if withdrawn_first else [grant, withdrawal]
    batches = [events] if together else [[event] for event in events]
    await apply(database, handle, *map(received, batches))
    assert said(await read(database, "c-1")) == [("c-1", "email", False)]


async def test_told_by_kafka_all_that_surveys_need_is_there(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    interactions, relationships, care = [await fresh_topic(name) for name in ("interactions", "relationships", "care")]
    told = [
        interaction(5, "order.completed", "c-1", amount_minor=100, currency="CNY"),
        interaction(3, "profile.updated", "c-1", profile={"language": "zh"}),
        consent(6, "c-1", True, "research", "*"),
        consent(7, "c-1", False, "research", "sms"),
        consent(8, "c-1", True, "marketing", "email"),
    ]
    cards = [evaluated(number, "c-1", as_of=DAY, tier=tier) for number, tier in ((1, "distant"), (2, "intimate"))]
    cared = [
        interaction(1, "care.decided", "c-1", source="guanxi.engagement"),
        interaction(2, "call.made", "c-1", source="guanxi.engagement"),
    ]
    async with consuming(database, kafka_bootstrap, [interactions, relationships, care], handle):
        for topic, events in ((interactions, told), (relationships, cards), (care, cared)):
            await publish_events(kafka_bootstrap, topic, events)
        await until(lambda: _consumed(database, len(told) + len(cards) + len(cared)), what="all events consumed")
    customer = await read(database, "c-1")
    assert customer.first_contact_at == TIME + timedelta(minutes=2)
    assert customer.language == "zh"
    assert said(customer) == [("c-1", "*", True), ("c-1", "sms", False)]
    assert customer.relationship is not None
    assert (customer.relationship.tier, customer.relationship.segment) == ("intimate", "active")
    assert customer.relationship.key_account is False
    assert await list_dead_letters(database) == []


async def _consumed(database: Database, number: int) -> bool:
    return await applied(database) == number


async def test_a_merge_unites_and_an_unmerge_parts(database: Database) -> None:
    await tell(
        database,
        interaction(5, "profile.updated", "c-customer", profile={"language": "zh"}),
        interaction(1, "page.viewed", "c-alias"),
        interaction(6, "profile.updated", "c-alias", profile={"language": "en"}),
        consent(7, "c-alias", False, "research", "*"),
        evaluated(1, "c-customer", as_of=DAY, tier="brand"),
        *identity_fact(10, "customer.merged", "c-alias", "c-customer"),
    )
    united = await read(database, "c-alias")
    assert (united.customer, united.aliases, united.language) == ("c-customer", ["c-alias"], "en")
    assert united.first_contact_at == TIME + timedelta(minutes=1)
    assert said(united) == [("c-alias", "*", False)]
    assert united.relationship is not None

    await tell(database, *identity_fact(20, "customer.unmerged", "c-alias", "c-customer"))
    customer, alias = await read(database, "c-customer"), await read(database, "c-alias")
    assert (customer.aliases, customer.language, said(customer)) == ([], "zh", [])
    assert customer.first_contact_at == TIME + timedelta(minutes=5)
    assert (alias.customer, alias.language, alias.relationship) == ("c-alias", "en", None)


@pytest.mark.parametrize("source", ["shop", "shop:guanxi.ingest"])
async def test_what_only_services_may_say_is_nothing_from_a_producer(database: Database, source: str) -> None:
    await tell(
        database,
        *identity_fact(2, "customer.merged", "c-alias", "c-thief", source=source),
        evaluated(1, "c-alias", as_of=DAY, source=source),
    )
    alias = await read(database, "c-alias")
    assert (alias.customer, alias.relationship) == ("c-alias", None)


async def test_nobody_was_never_heard_of(database: Database) -> None:
    with pytest.raises(UnknownCustomer):
        await read(database, "c-nobody")
