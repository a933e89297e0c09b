"""Is everything asked again when an action is about to go out, and when something is heard of its customer?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio
from sqlalchemy import text
from tests.support.care import (
    HELLO,
    SHANGHAI,
    add_occasion,
    decide_all,
    deployment_of_tests,
    meet,
    put_playbook,
    rows,
    told,
)
from tests.support.mirror import apply, consent, identity_fact, received

from common.database import Database
from common.events import Event, decode_event
from engagement.consumers.events import EventHandler
from engagement.domain.arbiter import Decision
from engagement.domain.reasons import Answer, Reason
from engagement.usecases.current_policies import Policies
from engagement.usecases.mirror_interactions import mirror_interactions
from engagement.usecases.recheck_action import recheck_actions

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 13, tzinfo=UTC)
MORNING = datetime(2026, 11, 21, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = 10_000 * DAY
"""The consumer asks by the database's clock, to which NOON is past: a validity that is never over."""


@pytest_asyncio.fixture
async def action(database: Database) -> int:
    """Ann's marketing message by sms (else email) waits to go out at noon."""
    await put_playbook(database, "hello", HELLO + "stop_on: [order.completed]\n")
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        id_ = await add_occasion(connection, "hello", "ann", NOON, valid_for=LONG)
    await decide_all(database, NOON)
    return id_


async def ask(database: Database, action: int, now: datetime) -> Decision:
    """Recheck Ann's action at an instant."""
    async with database.transaction() as connection:
        answers = await recheck_actions(connection, {action: "ann"}, deployment=deployment_of_tests(), now=now)
    return answers[action]


async def state(database: Database) -> tuple[str, str | None, str | None]:
    [row] = await rows(database, "SELECT state, reason, channel FROM action WHERE customer = 'ann'")
    return row["state"], row["reason"], row["channel"]


async def failures(database: Database) -> list[tuple[str, str, str]]:
    """(id, state, reason) of every care.failed in the outbox."""
    events = [decode_event(row["value"]) for row in await rows(database, "SELECT value FROM outbox ORDER BY id")]
    return [(one.id, one.data["state"], one.data["reason"]) for one in events if one.type == "care.failed"]


async def hear(database: Database, *events: Event | Sequence[Event]) -> None:
    """Let the consumer apply events."""
    flat = [one for told in events for one in (told if isinstance(told, Sequence) else [told])]
    await apply(database, EventHandler(Policies(), SHANGHAI, partitions=6).handle, received(flat))


async def test_what_still_holds_goes_out_and_counts_on_that_day(database: Database, action: int) -> None:
    tomorrow = NOON + DAY
    assert (await ask(database, action, tomorrow)).channel == "sms"
    [row] = await rows(database, "SELECT planned_at FROM action")
    assert row["planned_at"] == tomorrow
    async with database.transaction() as connection:
        await add_occasion(connection, "hello", "ann", tomorrow, key="more")
    await decide_all(database, tomorrow)
    assert [one["reason"] for one in await rows(database, "SELECT reason FROM decision ORDER BY id")] == [
        None,
        "cap_day",
    ]


async def test_a_consent_taken_back_since_moves_to_the_next_channel_or_cancels(database: Database, action: int) -> None:
    async with database.transaction() as connection:
        await mirror_interactions(connection, [consent(9, "ann", False, "marketing", "sms")])
    assert (await ask(database, action, NOON)).channel == "email"
    async with database.transaction() as connection:
        await mirror_interactions(connection, [consent(10, "ann", False, "marketing", "email")])
    assert (await ask(database, action, NOON)).reason is Reason.NO_CONSENT
    assert await state(database) == ("cancelled", "no_consent", "email")
    assert await failures(database) == [(f"act_{action}:failed", "cancelled", "no_consent")]


async def test_the_first_opening_and_click_of_its_own_customer_are_remembered(database: Database, action: int) -> None:
    named = {"action_id": f"act_{action}"}
    await hear(
        database,
        told("message.opened", "ann", NOON + DAY, **named),
        told("message.opened", "ann", NOON, **named),
        told("message.clicked", "bob", NOON, **named),
        told("message.opened", "ann", NOON - DAY, action_id="newsletter"),
    )
    [row] = await rows(database, "SELECT opened_at, clicked_at FROM action")
    assert row == {"opened_at": NOON, "clicked_at": None}
    await hear(database, identity_fact(1, "identity.linked", "bob", "ann"))
    await hear(
        database, told("message.clicked", "bob", NOON + DAY, **named), told("message.opened", "ann", NOON, **named)
    )
    [row] = await rows(database, "SELECT opened_at, clicked_at FROM action")
    assert row == {"opened_at": NOON, "clicked_at": NOON + DAY}


async def test_at_night_an_action_waits_for_the_morning(database: Database, action: int) -> None:
    assert (await ask(database, action, EVENING)).until == MORNING
    [row] = await rows(database, "SELECT state, next_try_at FROM action")
    assert row == {"state": "waiting", "next_try_at": MORNING}


async def test_after_its_validity_an_action_expires(database: Database, action: int) -> None:
    assert (await ask(database, action, NOON + LONG + DAY)).reason is Reason.EXPIRED
    assert (await state(database))[:2] == ("expired", "expired")


async def test_of_two_that_would_go_out_on_one_day_one_ends(database: Database, action: int) -> None:
    await put_playbook(database, "other", HELLO.replace("hello\n", "other\n", 1).replace("marketing", "care"))
    async with database.transaction() as connection:
        care = await add_occasion(connection, "other", "ann", NOON + DAY, valid_for=LONG)
    await decide_all(database, NOON + DAY)
    async with database.transaction() as connection:
        both = {action: "ann", care: "ann"}
        answers = await recheck_actions(connection, both, deployment=deployment_of_tests(), now=NOON + 2 * DAY)
    assert [answers[one].reason for one in (action, care)] == [None, Reason.CAP_DAY]


async def test_one_that_went_out_meanwhile_is_not_asked(database: Database, action: int) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE action SET state = 'sent'"))
        answers = await recheck_actions(connection, {action: "ann"}, deployment=deployment_of_tests(), now=NOON)
    assert answers == {}


async def test_a_channel_that_refused_it_is_not_tried_again(database: Database, action: int) -> None:
    async with database.transaction() as connection:
        refused = (
            "INSERT INTO attempt (action_id, number, channel, adapter, started_at, outcome) "
            "VALUES (:id, :n, :channel, 'file', now(), 'rejected')"
        )
        await connection.execute(text(refused), {"id": action, "n": 1, "channel": "sms"})
    assert (await ask(database, action, NOON)).channel == "email"
    async with database.transaction() as connection:
        await connection.execute(text(refused), {"id": action, "n": 2, "channel": "email"})
    assert (await ask(database, action, NOON)).reason is Reason.REJECTED


async def test_the_consumer_moves_what_waits_to_the_next_consented_channel(database: Database, action: int) -> None:
    await hear(database, consent(9, "ann", False, "marketing", "sms"))
    assert await state(database) == ("waiting", None, "email")
    await hear(database, consent(10, "ann", False, "marketing", "*"))
    assert await state(database) == ("cancelled", "no_consent", "email")
    assert await failures(database) == [(f"act_{action}:failed", "cancelled", "no_consent")]


def case_opened(customer: str = "ann") -> Event:
    data: dict[str, Any] = {
        "case_id": "case_3",
        "cause": "csat",
        "severity": "normal",
        "signal": {"source": "shop", "id": "e-1"},
        "contact_due_at": (NOON + DAY).isoformat(),
        "reopened": False,
    }
    return Event(
        id="case_3:opened", source="guanxi.feedback", type="case.opened", subject=customer, time=NOON, data=data
    )


async def test_a_case_cancels_marketing_that_waits(database: Database, action: int) -> None:
    await hear(database, case_opened())
    assert (await state(database))[:2] == ("cancelled", "open_case")


async def test_a_case_that_a_producer_claims_cancels_nothing(database: Database, action: int) -> None:
    opened = case_opened()
    await hear(database, Event(id="x", source="shop", type=opened.type, subject="ann", time=NOON, data=opened.data))
    assert (await state(database))[0] == "waiting"


async def test_an_event_of_stop_on_cancels_what_waits(database: Database, action: int) -> None:
    await hear(database, told("order.completed", "ann", NOON - timedelta(seconds=1), amount_minor=1, currency="CNY"))
    assert (await state(database))[0] == "waiting"
    await hear(database, told("order.completed", "ann", NOON + timedelta(hours=1), amount_minor=1, currency="CNY"))
    assert (await state(database))[:2] == ("cancelled", "stopped")


async def test_of_two_actions_for_one_thing_a_merge_leaves_the_smaller_id(database: Database, action: int) -> None:
    async with database.transaction() as connection:
        await meet(connection, "ann-2", NOON - DAY)
        twin = await add_occasion(connection, "hello", "ann-2", NOON, valid_for=LONG)
    await decide_all(database, NOON)
    await hear(database, identity_fact(9, "identity.linked", "ann", "ann-2"))
    states = await rows(database, "SELECT id, state, reason FROM action ORDER BY id")
    assert [tuple(one.values()) for one in states] == [
        (action, "waiting", None),
        (twin, "cancelled", "already_done"),
    ]


async def test_an_erasure_cancels_and_forgets_the_texts(database: Database, action: int) -> None:
    facts = "UPDATE occasion SET facts = CAST(:facts AS jsonb)"
    async with database.transaction() as connection:
        await connection.execute(text(facts), {"facts": '{"data": {"order_id": "1001"}}'})
        known = told("profile.updated", "ann", NOON - DAY, profile={"name": "Ann", "birthday": "1990-05-04"})
        likes = told("preference.stated", "ann", NOON - DAY, preference={"key": "tea", "value": "green"})
        await mirror_interactions(connection, [known, likes])
    data = {"customer": "ann", "aliases": [], "request_id": "p-1"}
    await hear(
        database, Event(id="p-1", source="guanxi.ingest", type="customer.erased", subject="ann", time=NOON, data=data)
    )
    assert (await state(database))[:2] == ("cancelled", "suppressed")
    [row] = await rows(database, "SELECT facts FROM occasion")
    assert row["facts"] == {}
    assert await rows(database, "SELECT 1 FROM address UNION ALL SELECT 1 FROM preference") == []
    assert await rows(database, "SELECT value FROM profile_field WHERE value IS NOT NULL") == []
    async with database.transaction() as connection:
        await add_occasion(connection, "hello", "ann", NOON, key="later")
    await decide_all(database, NOON)
    assert (await rows(database, "SELECT reason FROM decision ORDER BY id DESC LIMIT 1"))[0]["reason"] == "suppressed"


async def test_a_suppressed_customer_gets_nothing_that_waits(database: Database, action: int) -> None:
    await hear(database, told("profile.updated", "ann", NOON, profile={"tags": ["tea", "suppressed"]}))
    assert (await state(database))[:2] == ("cancelled", "suppressed")


async def test_a_send_answer_names_channel_and_template(database: Database, action: int) -> None:
    assert await ask(database, action, NOON) == Decision(answer=Answer.SEND, channel="sms", template="hello")
