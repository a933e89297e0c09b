"""Does a batch give the states and messages that the domain alone would give, whatever its order and repeats?"""

import random

import msgspec
import pytest
from tests.integration.scoring.desk import (
    NOW,
    TODAY,
    Desk,
    deployment,
    event,
    messages,
    oracle,
    oracle_card,
    order,
    rows,
    shuffled_batches,
    states,
)

from common.contracts.relationships import RelationshipEvaluated
from common.database import Database
from common.events import Event
from scoring.domain.policy.policy import Policy
from scoring.domain.state.effects import EventMalformed


def history(chance: random.Random, customers: int = 12, events: int = 150) -> list[Event]:
    """Orders, refunds, answers, messages, visits and unknown things of some customers over two years."""
    told: list[Event] = []
    for number in range(events):
        customer = f"c-{chance.randrange(customers)}"
        ago = chance.choice([chance.uniform(0, 3), chance.uniform(0, 700)])
        kind = chance.randrange(6)
        order_id = f"o-{customer}-{chance.randrange(5)}"
        if kind == 0:
            told.append(order(customer, chance.randrange(1, 90_000), days_ago=ago, order_id=order_id))
        elif kind == 1:
            told.append(
                event("order.refunded", customer, days_ago=ago, amount_minor=500, currency="CNY", order_id=order_id)
            )
        elif kind == 2:
            rating = {"kind": "nps", "value": chance.randrange(11), "min": 0, "max": 10}
            told.append(event("survey.answered", customer, days_ago=ago, rating=rating))
        elif kind == 3:
            told.append(event("message.received", customer, days_ago=ago, personal=chance.random() < 0.5))
        elif kind == 4:
            told.append(event("shop.wishlisted", customer, days_ago=ago, id_=f"w-{number}"))
        else:
            told.append(event("page.viewed", customer, days_ago=ago))
    return told


@pytest.mark.parametrize("seed", range(3))
async def test_shuffled_and_repeated_batches_give_the_states_of_the_set_of_events(
    database: Database, policy: Policy, seed: int
) -> None:
    chance = random.Random(seed)
    told = history(chance)
    desk = Desk(database)
    for batch in shuffled_batches(told, chance):
        await desk.apply(batch)
    expected = oracle(told, desk.deployment, policy)
    assert await states(database) == expected
    assert await rows(database, "SELECT count(*) FROM ledger") == [(len(told),)]
    last = {one["subject"]: one["data"]["card"] for one in await messages(database)}
    assert last.keys() == expected.keys()
    for customer, shown in last.items():
        assert shown["segment"] == oracle_card(customer, [expected[customer]], TODAY, policy)["segment"]


async def test_a_repeated_batch_changes_nothing_and_publishes_nothing(database: Database) -> None:
    desk = Desk(database)
    batch = history(random.Random(4))
    await desk.apply(batch)
    before = await states(database), await messages(database)
    await desk.apply(batch)
    await Desk(database).apply(batch[::-1])
    assert (await states(database), await messages(database)) == before


async def test_the_first_order_is_published_with_its_changes_reasons_and_cause(database: Database) -> None:
    desk = Desk(database)
    await desk.apply([order("c-1", 30_000, id_="o-1")])
    (message,) = await messages(database)
    assert (message["type"], message["source"], message["subject"]) == ("relationship.changed", "guanxi.scoring", "c-1")
    data = message["data"]
    assert (data["cause"], data["caused_by"]) == ("event", [{"source": "shop", "id": "o-1"}])
    assert {"dimension": "tier", "from": None, "to": "brand"} in data["changes"]
    assert data["reasons"]
    assert all(reason["events"] == ["shop/o-1"] for reason in data["reasons"])
    assert data["card"]["rfm"]["monetary_minor"] == 30_000


async def test_every_message_has_the_form_of_the_contract(database: Database) -> None:
    desk = Desk(database)
    await desk.apply(history(random.Random(5)))
    told = await messages(database)
    assert told
    for message in told:
        msgspec.convert(message["data"], RelationshipEvaluated, strict=False)


async def test_old_events_are_published_as_late(database: Database) -> None:
    desk = Desk(database)
    await desk.apply([order("c-1", days_ago=3), order("c-2", days_ago=1)])
    assert {one["subject"]: one["data"]["cause"] for one in await messages(database)} == {"c-1": "late", "c-2": "event"}


async def test_a_card_that_moves_without_a_dimension_is_published_as_scored(database: Database) -> None:
    desk = Desk(database)
    await desk.apply([order("c-1", 30_000)])
    await desk.apply([event("page.viewed", "c-1")])
    await desk.apply([event("points.earned", "c-1")])
    assert [one["type"] for one in await messages(database)] == ["relationship.changed", "relationship.scored"]


async def test_an_unknown_type_is_on_the_ledger_beside_its_neighbours(database: Database) -> None:
    desk = Desk(database)
    await desk.apply([order("c-1"), event("zebra.seen", "c-1", stripes=[1, 2]), event("page.viewed", "c-2")])
    assert sorted(await rows(database, "SELECT type FROM ledger")) == [
        ("order.completed",),
        ("page.viewed",),
        ("zebra.seen",),
    ]


async def test_an_event_that_lacks_what_its_type_needs_is_refused_and_leaves_nothing(database: Database) -> None:
    desk = Desk(database)
    with pytest.raises(EventMalformed):
        await desk.apply([event("page.viewed", "c-1"), event("order.completed", "c-1", currency="CNY")])
    assert await states(database) == {}
    assert await rows(database, "SELECT count(*) FROM ledger_key") == [(0,)]
    await desk.apply([event("page.viewed", "c-1")])
    assert len(await states(database)) == 1


async def test_two_workers_that_take_turns_on_one_partition_never_use_a_stale_state(
    database: Database, policy: Policy
) -> None:
    chance = random.Random(6)
    told = history(chance, customers=3, events=120)
    desks = [Desk(database), Desk(database)]
    for start in range(0, len(told), 7):
        await chance.choice(desks).apply(told[start : start + 7])
    assert await states(database) == oracle(told, desks[0].deployment, policy)


async def test_what_a_rolled_back_batch_changed_in_memory_is_not_used(database: Database, policy: Policy) -> None:
    desk = Desk(database)
    kept = [order("c-1", 1000), event("page.viewed", "c-1")]
    await desk.apply(kept)
    for _ in range(2):
        with pytest.raises(EventMalformed):
            await desk.apply([order("c-1", 9000), event("order.refunded", "c-1", amount_minor=0)])
    kept.append(event("page.viewed", "c-1"))
    await desk.apply(kept[-1:])
    assert await states(database) == oracle(kept, desk.deployment, policy)


async def test_nobody_is_judged_as_of_an_earlier_day_than_before(database: Database) -> None:
    tomorrow = Desk(database, deployment(NOW.replace(day=NOW.day + 1)))
    await tomorrow.apply([order("c-1")])
    await Desk(database).apply([order("c-1")])
    assert [one["data"]["as_of"] for one in await messages(database)] == ["2026-11-25", "2026-11-25"]


async def test_of_events_named_alike_in_one_batch_one_is_kept_by_the_ledger_and_its_keys_alike(
    database: Database,
) -> None:
    desk = Desk(database)
    await desk.apply([event("page.viewed", "c-0", id_="x")])
    named_alike = [event("page.viewed", f"c-{number}", id_="same") for number in range(40)]
    await desk.apply([event("page.viewed", "c-9", id_="x"), *named_alike, event("page.viewed", "c-1", id_="y")])
    known = sorted(await rows(database, "SELECT subject, id FROM ledger"))
    assert sorted(id_ for _, id_ in known) == ["same", "x", "y"]
    assert sorted(await rows(database, "SELECT subject, id FROM ledger_key")) == known
