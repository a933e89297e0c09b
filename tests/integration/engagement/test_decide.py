"""Does an occasion that is due become a decision, and a send an action, once, whoever decides?"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.care import (
    HELLO,
    add_occasion,
    answers,
    decide_all,
    deployment_of_tests,
    meet,
    put_document,
    put_playbook,
    rows,
    told,
)
from tests.support.mirror import identity_fact

from common.database import Database
from common.events import decode_event
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.mirror_interactions import mirror_interactions

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 13, tzinfo=UTC)
MORNING = datetime(2026, 11, 21, 1, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_due_occasion_becomes_a_decision_an_action_and_a_fact(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY, language="en-GB")
        occasion = await add_occasion(connection, "hello", "ann", NOON)
        later = await add_occasion(connection, "hello", "ann", NOON + DAY, key="later")
    assert (await decide_all(database, NOON), await decide_all(database, NOON)) == (1, 0)
    assert await answers(database, "ann") == [(occasion, "send", None)]
    [action] = await rows(database, "SELECT * FROM action")
    shown = {name: action[name] for name in ("id", "state", "channel", "template", "language", "next_try_at")}
    assert shown == {
        "id": occasion,
        "state": "waiting",
        "channel": "sms",
        "template": "hello",
        "language": "en",
        "next_try_at": NOON,
    }
    [sent] = await rows(database, "SELECT topic, value FROM outbox")
    event = decode_event(sent["value"])
    assert (sent["topic"], event.type, event.subject, event.time) == ("guanxi.care.v1", "care.decided", "ann", NOON)
    assert event.data == {
        "action_id": f"act_{occasion}",
        "purpose": "marketing",
        "kind": "message",
        "playbook": "hello",
        "occasion": f"occ_{occasion}",
        "decision": "send",
    }
    [waiting] = await rows(database, "SELECT id FROM occasion WHERE decide_at IS NOT NULL")
    assert waiting["id"] == later


async def test_of_several_that_are_due_the_higher_priority_then_the_earlier_due_is_sent(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    await put_playbook(database, "higher", HELLO.replace("hello\n", "higher\n", 1).replace("50", "60"))
    async with database.transaction() as connection:
        for customer in ("ann", "bob"):
            await meet(connection, customer, NOON - DAY)
        first = await add_occasion(connection, "hello", "ann", NOON - 2 * timedelta(hours=1))
        second = await add_occasion(connection, "higher", "ann", NOON)
        late = await add_occasion(connection, "hello", "bob", NOON, key="late")
        early = await add_occasion(connection, "hello", "bob", NOON - timedelta(hours=1), key="early")
    await decide_all(database, NOON)
    assert {one: reason for one, _, reason in await answers(database, "ann")} == {first: "cap_day", second: None}
    assert {one: reason for one, _, reason in await answers(database, "bob")} == {early: None, late: "cap_day"}


async def test_at_night_it_is_put_off_to_the_morning_and_then_decided_anew(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        occasion = await add_occasion(connection, "hello", "ann", EVENING)
    await decide_all(database, EVENING)
    [row] = await rows(database, "SELECT decide_at, answer, reason FROM occasion")
    assert row == {"decide_at": MORNING, "answer": "defer", "reason": "quiet_hours"}
    assert await decide_all(database, MORNING - timedelta(seconds=1)) == 0
    await decide_all(database, MORNING)
    assert await answers(database, "ann") == [(occasion, "defer", "quiet_hours"), (occasion, "send", None)]


async def test_ids_that_are_one_customer_share_caps_consents_and_occasions(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - 2 * DAY)
        await meet(connection, "ann-2", NOON - 2 * DAY, purposes=())
        await mirror_interactions(connection, identity_fact(0, "identity.linked", "ann-2", "ann"))
        first = await add_occasion(connection, "hello", "ann", NOON, key="same")
        twin = await add_occasion(connection, "hello", "ann-2", NOON, key="same")
        other = await add_occasion(connection, "hello", "ann-2", NOON, key="other")
    await decide_all(database, NOON)
    assert await answers(database, "ann") == [(first, "send", None)]
    assert sorted(await answers(database, "ann-2")) == [(twin, "skip", "already_done"), (other, "skip", "cap_day")]
    async with database.transaction() as connection:
        withdrawn = {"purpose": "marketing", "channel": "*"}
        await mirror_interactions(connection, [told("consent.withdrawn", "ann-2", NOON + DAY, consent=withdrawn)])
        refused = await add_occasion(connection, "hello", "ann", NOON + 9 * DAY, key="refused")
    await decide_all(database, NOON + 9 * DAY)
    assert (await answers(database, "ann"))[-1] == (refused, "skip", "no_consent")


async def test_every_decision_on_a_request_is_told_and_other_skips_are_not(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY, purposes=())
        asked = await add_occasion(connection, "hello", "ann", NOON, key="asked", facts={"request_id": "req_9"})
        await add_occasion(connection, "hello", "ann", NOON, key="unasked")
    await decide_all(database, NOON)
    [sent] = await rows(database, "SELECT value FROM outbox")
    event = decode_event(sent["value"])
    assert (event.data["action_id"], event.data["request_id"]) == (f"act_{asked}", "req_9")
    assert (event.data["decision"], event.data["reason"]) == ("skip", "no_consent")
    assert event.id.startswith(f"act_{asked}:decided:")


async def test_the_control_arm_gets_nothing_and_keeps_its_arm(database: Database) -> None:
    await put_playbook(database, "hello", HELLO + "holdout: 50%\n")
    customers = [f"c-{number}" for number in range(40)]
    async with database.transaction() as connection:
        for customer in customers:
            await meet(connection, customer, NOON - DAY)
            await add_occasion(connection, "hello", customer, NOON)
    await decide_all(database, NOON)
    arms = await rows(
        database,
        "SELECT d.decision, d.arm, o.experiment, o.arm AS kept, a.arm AS sent FROM decision d "
        "JOIN occasion o ON o.id = d.occasion_id LEFT JOIN action a ON a.id = o.id",
    )
    assert {one["experiment"] for one in arms} == {"hello:1"}
    assert all((one["decision"] == "hold_out") == (one["arm"] == "control") for one in arms)
    assert all(one["kept"] == one["arm"] and one["sent"] in (None, "treated") for one in arms)
    assert 8 < sum(one["arm"] == "control" for one in arms) < 32


async def test_a_stated_preference_decides_for_whom_a_playbook_is(database: Database) -> None:
    await put_playbook(database, "hello", HELLO + "for: [{preference.festivals: {contains: dragon_boat}}]\n")
    async with database.transaction() as connection:
        for customer in ("ann", "bob"):
            await meet(connection, customer, NOON - DAY)
            await add_occasion(connection, "hello", customer, NOON)
        likes = {"key": "festivals", "value": ["dragon_boat", "qixi"]}
        await mirror_interactions(connection, [told("preference.stated", "ann", NOON - DAY, preference=likes)])
    await decide_all(database, NOON)
    assert [answer for _, *answer in await answers(database, "ann")] == [["send", None]]
    assert [answer for _, *answer in await answers(database, "bob")] == [["skip", "unknown_facts"]]


async def test_a_call_becomes_a_task_for_staff(database: Database) -> None:
    call = "do: [{task: {kind: call, role: advisor, due_within: 4h}}]"
    written = HELLO.replace("do: [{message: {template: hello, channels: [sms, email]}}]", call)
    await put_playbook(database, "hello", written)
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        occasion = await add_occasion(connection, "hello", "ann", NOON)
    await decide_all(database, NOON)
    [action] = await rows(database, "SELECT state, channel, task_kind, next_try_at FROM action")
    assert action == {"state": "awaiting_staff", "channel": "phone", "task_kind": "call", "next_try_at": None}
    [task] = await rows(database, "SELECT action_id, kind, state, due_at FROM task")
    assert task == {"action_id": occasion, "kind": "call", "state": "open", "due_at": NOON + timedelta(hours=4)}


async def test_a_playbook_that_is_gone_or_off_stops_its_occasions(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    await put_playbook(database, "hello", HELLO + "enabled: false\n")
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        off = await add_occasion(connection, "hello", "ann", NOON)
        gone = await add_occasion(connection, "never_written", "ann", NOON)
    await decide_all(database, NOON)
    assert sorted(await answers(database, "ann")) == [(off, "skip", "stopped"), (gone, "skip", "stopped")]


async def test_a_days_volume_is_kept_over_all_customers(database: Database) -> None:
    contact = 'quiet_hours: {from: "21:00", to: "09:00"}\ncaps: []\nchannels: {sms: {adapter: file, daily_volume: 2}}\n'
    await put_playbook(database, "hello", HELLO)
    await put_document(database, "contact", "contact", contact.replace("caps: []", _CAP_DAY))
    async with database.transaction() as connection:
        for number in range(4):
            await meet(connection, f"c-{number}", NOON - DAY)
            await add_occasion(connection, "hello", f"c-{number}", NOON)
    await decide_all(database, NOON)
    decided = await rows(database, "SELECT decision, reason FROM decision ORDER BY id")
    assert [(one["decision"], one["reason"]) for one in decided] == [("send", None)] * 2 + [("defer", "capacity")] * 2


_CAP_DAY = "caps: [{code: cap_day, purposes: [care, marketing], max: 1, days: 1}]"


@pytest.mark.timeout(120)
async def test_many_deciders_of_one_customer_send_once_a_day(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    customers = [f"c-{number}" for number in range(10)]
    async with database.transaction() as connection:
        for customer in customers:
            await meet(connection, customer, NOON - DAY)
            for key in range(8):
                await add_occasion(connection, "hello", customer, NOON, key=str(key))

    async def decider() -> None:
        deployment = deployment_of_tests()
        decided = 1
        while decided:
            async with database.transaction() as connection:
                decided = await decide_occasions(connection, deployment=deployment, limit=3, now=NOON)

    await asyncio.gather(*(decider() for _ in range(4)))
    await decide_all(database, NOON)
    decided = await rows(database, "SELECT customer, decision, reason FROM decision")
    assert len(decided) == 80
    assert Counter(one["customer"] for one in decided if one["decision"] == "send") == dict.fromkeys(customers, 1)
    assert {one["reason"] for one in decided} == {None, "cap_day"}


async def test_what_a_dead_worker_had_claimed_is_free_again(database: Database) -> None:
    await put_playbook(database, "hello", HELLO)
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        await add_occasion(connection, "hello", "ann", NOON)
    dead = await database.engine.connect()
    assert await decide_occasions(dead, deployment=deployment_of_tests(), limit=10, now=NOON) == 1
    assert await decide_all(database, NOON) == 0
    await dead.invalidate()
    await dead.close()
    assert await decide_all(database, NOON) == 1
    assert len(await rows(database, "SELECT 1 FROM decision")) == 1
