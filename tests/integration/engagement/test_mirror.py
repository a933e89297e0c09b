"""Does engagement's mirror hold what was told, whatever the order, the batches and the repeats?"""

import random
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from tests.support.chassis import publish_events
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
from engagement.consumers.events import EventHandler
from engagement.usecases.current_policies import Policies
from engagement.usecases.read_customer import MirroredCustomer, UnknownCustomer, read_customer

TABLES = ("preference", "profile_field", "address", "consent", "relationship", "alias", "alias_fact")
DAY = date(2026, 11, 20)
handle = EventHandler(Policies(), ZoneInfo("Asia/Shanghai")).handle


async def read(database: Database, own: str) -> MirroredCustomer:
    async with database.transaction() as connection:
        return await read_customer(connection, own, named=own)


async def tell(database: Database, *events: Event) -> None:
    await apply(database, handle, received(events))


def allowed(customer: MirroredCustomer) -> set[tuple[str, str]]:
    return {(one.purpose.value, one.channel) for one in customer.consents if one.allowed}


def random_history(chance: random.Random) -> list[Event]:
    """Sixty events about five ids, several about the same thing at the same instant."""
    ids = ["a", "b", "c", "d", "e"]
    events: list[Event] = []
    for number in range(60):
        minute, subject = chance.randint(0, 20), chance.choice(ids)
        kind = chance.choice(["consent", "profile", "preference", "address", "card", "link", "unknown"])
        if kind == "consent":
            purpose, channel = chance.choice(["marketing", "care"]), chance.choice(["email", "*"])
            events.append(consent(minute, subject, chance.random() < 0.5, purpose, channel))
        elif kind == "profile":
            profile = chance.choice([{"name": f"Ann {number}"}, {"name": None, "language": "zh"}, {"tags": ["tea"]}])
            told = interaction(minute, "profile.updated", subject, id_=f"p-{number}", profile=profile)
            events.append(told)
        elif kind == "preference":
            stated = {"key": "tea", "value": chance.choice(["green", ["red", "white"]]), "confidence": chance.random()}
            told = interaction(minute, "preference.stated", subject, id_=f"t-{number}", preference=stated)
            events.append(told)
        elif kind == "address":
            email = f"ann{chance.randint(0, 2)}@example.com"
            events.append(interaction(minute, "page.viewed", subject, identifiers={"email": email, "user_id": "42"}))
        elif kind == "card":
            events.append(evaluated(number, subject, as_of=DAY.replace(day=chance.randint(1, 3)), tier="brand"))
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
    withdrawal, grant = consent(1, "c-1", False, "marketing", "email"), consent(1, "c-1", True, "marketing", "email")
    events = [withdrawal, grant] if withdrawn_first else [grant, withdrawal]
    batches = [events] if together else [[event] for event in events]
    await apply(database, handle, *map(received, batches))
    states = [one.state for one in (await read(database, "c-1")).consents if one.purpose == "marketing"]
    assert states[0] == "withdrawn"


async def test_told_by_kafka_the_profile_the_addresses_the_consents_and_the_card_are_there(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics
) -> None:
    interactions, relationships = await fresh_topic("interactions"), await fresh_topic("relationships")
    told = [
        interaction(
            1,
            "profile.updated",
            "c-1",
            identifiers={"user_id": "42", "email": "Ann@example.com", "phone": "13800138000"},
            profile={"name": "Ann", "language": "zh"},
        ),
        interaction(2, "profile.updated", "c-1", profile={"name": None, "zone": "Asia/Shanghai"}),
        consent(3, "c-1", True, "marketing", "*"),
        consent(4, "c-1", False, "marketing", "sms"),
        interaction(5, "shop.wishlisted", "c-1", identifiers={"email": "ann@example.com"}),
    ]
    cards = [evaluated(number, "c-1", as_of=DAY, tier=tier) for number, tier in ((1, "distant"), (2, "intimate"))]
    async with consuming(database, kafka_bootstrap, [interactions, relationships], handle):
        await publish_events(kafka_bootstrap, interactions, told)
        await publish_events(kafka_bootstrap, relationships, cards)
        await until(lambda: _consumed(database, len(told) + len(cards)), what="all events consumed")
    customer = await read(database, "c-1")
    assert customer.profile == {"language": "zh", "zone": "Asia/Shanghai"}
    assert customer.addresses == {"email": 1, "phone": 1}
    assert allowed(customer) == {("marketing", ch) for ch in ("email", "wecom", "wechat", "phone")} | {
        ("profiling", "*")
    }
    assert customer.card is not None
    assert customer.card["tier"] == "intimate"
    assert await list_dead_letters(database) == []


async def _consumed(database: Database, number: int) -> bool:
    return await applied(database) == number


async def test_a_merge_takes_the_strictest_consent_and_an_unmerge_gives_each_its_own_back(database: Database) -> None:
    grants, withdrawal = ("marketing", "email"), ("profiling", "*")
    await tell(
        database,
        consent(1, "c-customer", True, "marketing", "email"),
        consent(2, "c-alias", False, "marketing", "*"),
        consent(3, "c-alias", True, "care", "phone"),
    )
    await tell(database, *identity_fact(10, "customer.merged", "c-alias", "c-customer"))
    assert allowed(await read(database, "c-alias")) == {("care", "phone"), withdrawal}
    assert (await read(database, "c-alias")).customer == "c-customer"
    assert (await read(database, "c-customer")).aliases == ["c-alias"]

    await tell(database, *identity_fact(20, "customer.unmerged", "c-alias", "c-customer"))
    assert allowed(await read(database, "c-customer")) == {grants, withdrawal}
    assert allowed(await read(database, "c-alias")) == {("care", "phone"), withdrawal}
    assert (await read(database, "c-alias")).aliases == []

    await tell(database, *identity_fact(10, "customer.merged", "c-alias", "c-customer"))  # again, and late
    assert (await read(database, "c-alias")).customer == "c-alias"


async def test_a_grant_after_the_merge_counts_however_late_the_facts_arrive(database: Database) -> None:
    await tell(database, consent(30, "c-customer", True, "marketing", "email"))
    await tell(database, *identity_fact(10, "customer.merged", "c-alias", "c-customer"))
    await tell(database, consent(2, "c-alias", False, "marketing", "*"))
    assert ("marketing", "email") in allowed(await read(database, "c-customer"))
    assert ("marketing", "sms") not in allowed(await read(database, "c-customer"))


async def test_the_union_shows_the_last_word_on_each_field_and_counts_an_address_once(database: Database) -> None:
    await tell(
        database,
        interaction(1, "profile.updated", "c-customer", profile={"name": "Ann", "language": "zh"}),
        interaction(2, "profile.updated", "c-alias", profile={"name": "Anna", "language": None}),
        interaction(3, "page.viewed", "c-customer", identifiers={"email": "ann@example.com"}),
        interaction(4, "page.viewed", "c-alias", identifiers={"email": "ANN@example.com", "openid": "o-1"}),
        evaluated(2, "c-customer", as_of=DAY, tier="brand"),
        evaluated(1, "c-alias", as_of=DAY, tier="distant"),
        *identity_fact(10, "identity.linked", "c-alias", "c-customer"),
    )
    customer = await read(database, "c-customer")
    assert customer.profile == {"name": "Anna"}
    assert customer.addresses == {"email": 1, "openid": 1}
    assert customer.card is not None
    assert customer.card["tier"] == "brand"


@pytest.mark.parametrize("source", ["shop", "shop:guanxi.ingest"])
async def test_what_only_services_may_say_is_nothing_from_a_producer(database: Database, source: str) -> None:
    await tell(
        database,
        consent(1, "c-alias", True, "marketing", "email"),
        *identity_fact(2, "customer.merged", "c-alias", "c-thief", source=source),
        evaluated(1, "c-alias", as_of=DAY, source=source),
    )
    assert (await read(database, "c-alias")).customer == "c-alias"
    assert (await read(database, "c-alias")).card is None
    with pytest.raises(UnknownCustomer):
        await read(database, "c-thief")


MALFORMED: list[Sequence[Event]] = [
    [interaction(1, "consent.granted", "c-1")],
    [interaction(1, "profile.updated", "c-1", profile={"tags": "tea"})],
    [interaction(1, "page.viewed", "c-1", identifiers=["42"])],
    identity_fact(1, "identity.linked", "", "c-1"),
]


@pytest.mark.parametrize("events", MALFORMED, ids=lambda events: events[0].type)
async def test_a_malformed_event_is_kept_aside_and_its_neighbours_take_effect(
    database: Database, kafka_bootstrap: str, fresh_topic: Topics, events: Sequence[Event]
) -> None:
    topic = await fresh_topic("malformed")
    good = [consent(minute, "c-1", True, "care", "email") for minute in range(5)]
    async with consuming(database, kafka_bootstrap, [topic], handle):
        await publish_events(kafka_bootstrap, topic, [*good, *events, consent(9, "c-1", True, "care", "sms")])
        await until(lambda: _consumed(database, len(events) + 6), what="all events consumed")
    assert len(await list_dead_letters(database)) == len(events)
    assert allowed(await read(database, "c-1")) >= {("care", "email"), ("care", "sms")}
