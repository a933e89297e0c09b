"""Does a decided action go out once, and is every end of it told?"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chaos.delivery_world import decide_actions, gateway, set_channels
from chaos.receiver import HEALTHY, receiving
from msgspec import json
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.care import add_occasion, decide_all, deployment_of_tests, meet, put_document, rows
from tests.support.delivering import LEASE, deliver_all, facts_of
from tests.support.waiting import until

from common.database import Database
from engagement.jobs.deliver import deliver_actions
from engagement.store.contacts import lock_customers
from engagement.store.deliveries import claim_due
from engagement.usecases.begin_deliveries import begin_deliveries
from engagement.usecases.open_lanes import Lanes

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def decided(database: Database, customer: str, name: str | None = None) -> int:
    """An action of a customer that waits to go out."""
    async with database.transaction() as connection:
        await (meet(connection, customer, NOON - DAY, name=name) if name else meet(connection, customer, NOON - DAY))
        occasion = await add_occasion(connection, "delivery_check", customer, NOON)
    await decide_all(database, NOON)
    return occasion


async def test_a_waiting_action_becomes_a_file_in_the_outbox_and_care_sent(database: Database, tmp_path: Path) -> None:
    action = await decided(database, "ann", name="安妮")
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    [row] = await rows(database, "SELECT state, sent_at, attempts, accepted_id FROM action")
    assert (row["state"], row["sent_at"], row["attempts"]) == ("sent", NOON, 1)
    text = (tmp_path / "email" / f"act_{action}.txt").read_text()
    assert text.startswith("To: ann@example.com\nSubject: 您的订单收到了吗？\n\n安妮，您好！")
    [line] = (tmp_path / "messages.jsonl").read_bytes().splitlines()
    assert json.decode(line)["action_id"] == f"act_{action}"
    sent = [fact for fact in await facts_of(database, "ann") if fact.type == "care.sent"]
    assert [(fact.id, fact.data["channel"], fact.data["template"]) for fact in sent] == [
        (f"act_{action}:sent", "email", "delivery_check")
    ]


async def states(database: Database) -> list[tuple[str, str | None, str | None]]:
    """(state, reason, channel) of every action."""
    found = await rows(database, "SELECT state, reason, channel FROM action ORDER BY id")
    return [(row["state"], row["reason"], row["channel"]) for row in found]


async def test_a_text_that_cannot_be_filled_is_refused_and_nothing_goes_out(database: Database, tmp_path: Path) -> None:
    head = "---\npurpose: service\ntone: plain\nlanguages: [zh]\nsubject: x\n---\n"
    await put_document(database, "template", "zh/delivery_check", head + "{{ name }}，您好！")
    await decided(database, "ann")
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    assert await states(database) == [("failed", "missing_variable", "email")]
    assert await rows(database, "SELECT * FROM attempt") == []
    failed = [fact.data["reason"] for fact in await facts_of(database, "ann") if fact.type == "care.failed"]
    assert failed == ["missing_variable"]


async def test_a_retry_says_what_the_first_try_said_although_the_text_was_changed(
    database: Database, tmp_path: Path
) -> None:
    action = await decided(database, "ann")
    blocked = tmp_path / "email"
    blocked.write_text("in the way")
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    assert await states(database) == [("waiting", None, "email")]
    head = "---\npurpose: service\ntone: plain\nlanguages: [zh]\nsubject: x\n---\n"
    await put_document(database, "template", "zh/delivery_check", head + "另一种说法")
    blocked.unlink()
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + timedelta(minutes=1))
    assert await states(database) == [("sent", None, "email")]
    assert "另一种说法" not in (tmp_path / "email" / f"act_{action}.txt").read_text()


async def test_a_permanent_rejection_tries_the_next_channel_and_410_switches_the_first_off(
    database: Database, tmp_path: Path
) -> None:
    await decided(database, "ann")
    async with receiving({"gone": 1.0}) as gone:
        email = gateway(gone.port, retry_seconds=[0, 1])
        await set_channels(database, tmp_path, {"email": email, "sms": {"adapter": "file"}})
        await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    assert await states(database) == [("sent", None, "sms")]
    tries = await rows(database, "SELECT channel, adapter, outcome FROM attempt ORDER BY number")
    assert [tuple(one.values()) for one in tries] == [("email", "webhook", "rejected"), ("sms", "file", "accepted")]
    newest = "SELECT text, author FROM document WHERE kind = 'contact' ORDER BY version DESC LIMIT 1"
    [policy] = await rows(database, newest)
    assert "enabled: false" in policy["text"]


async def test_an_operators_own_action_that_is_rejected_tries_its_next_channel_too(
    database: Database, tmp_path: Path
) -> None:
    own = {"purpose": "service", "kind": "message", "template": "delivery_check", "channels": ["email", "sms"]}
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        await add_occasion(connection, "operator", "ann", NOON, version=0, facts={"own": own})
    await decide_all(database, NOON)
    async with receiving({"refuse": 1.0}) as refusing:
        email = gateway(refusing.port, retry_seconds=[0, 1])
        await set_channels(database, tmp_path, {"email": email, "sms": {"adapter": "file"}})
        await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    assert await states(database) == [("sent", None, "sms")]


async def test_a_rejection_by_the_last_channel_ends_the_action(database: Database, tmp_path: Path) -> None:
    await decided(database, "ann")
    async with receiving({"refuse": 1.0}) as refusing:
        await set_channels(database, tmp_path, {"email": gateway(refusing.port)})
        await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    [(state, reason, _)] = await states(database)
    assert (state, reason) in (("failed", "rejected"), ("cancelled", "unreachable"), ("cancelled", "channel_off"))
    assert [fact.type for fact in await facts_of(database, "ann")][-1] == "care.failed"


async def test_an_action_whose_customer_somebody_holds_goes_out_within_a_second_of_being_free(
    database: Database, tmp_path: Path
) -> None:
    await decided(database, "ann")
    async with database.transaction() as consumer:
        await lock_customers(consumer, ["ann"])
        await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
        assert await states(database) == [("waiting", None, "email")]
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + SECOND)
    assert await states(database) == [("sent", None, "email")]
    assert len(await rows(database, "SELECT number FROM attempt")) == 1


async def test_an_action_moved_to_a_channel_that_rests_goes_out_within_a_second_of_its_rest(
    database: Database, tmp_path: Path
) -> None:
    await decided(database, "ann")
    await set_channels(database, tmp_path, {"email": {"adapter": "file", "enabled": False}, "sms": {"adapter": "file"}})
    async with worker(database, tmp_path) as (connection, lanes):
        claimed = await claim_due(connection, lanes.rooms(), now=NOON)
        lanes["sms"].breaker.failed(time.monotonic(), retry_after=60)
        assert await begin_deliveries(connection, claimed, deployment_of_tests(), lanes, lease=LEASE, now=NOON) == []
    assert await states(database) == [("waiting", None, "sms")]
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + SECOND)
    assert await states(database) == [("sent", None, "sms")]


async def test_a_worker_that_comes_late_with_its_claim_sends_nothing_again(database: Database, tmp_path: Path) -> None:
    await decided(database, "ann")
    async with worker(database, tmp_path) as (connection, lanes):
        claimed = await claim_due(connection, lanes.rooms(), now=NOON)
    assert len(claimed) == 1
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + SECOND)
    later = NOON + 2 * SECOND
    async with worker(database, tmp_path) as (connection, lanes):
        assert await begin_deliveries(connection, claimed, deployment_of_tests(), lanes, lease=LEASE, now=later) == []
    assert await states(database) == [("sent", None, "email")]
    assert len(await rows(database, "SELECT number FROM attempt")) == 1


async def test_a_worker_that_comes_late_with_its_claim_keeps_the_pause_before_the_next_try(
    database: Database, tmp_path: Path
) -> None:
    await decided(database, "ann")
    async with worker(database, tmp_path) as (connection, lanes):
        claimed = await claim_due(connection, lanes.rooms(), now=NOON)
    (tmp_path / "email").write_text("in the way")
    later = NOON + SECOND
    await deliver_all(database, deployment_of_tests(), tmp_path, later)
    assert await states(database) == [("waiting", None, "email")]
    async with worker(database, tmp_path) as (connection, lanes):
        assert await begin_deliveries(connection, claimed, deployment_of_tests(), lanes, lease=LEASE, now=later) == []


@asynccontextmanager
async def worker(database: Database, folder: Path) -> AsyncIterator[tuple[AsyncConnection, Lanes]]:
    """A transaction of a worker whose lanes are open."""
    lanes = Lanes(outbox_dir=folder, secrets_dir=folder)
    try:
        async with database.transaction() as connection:
            await lanes.follow((await deployment_of_tests().policies.current(connection)).contact.channels)
            yield connection, lanes
    finally:
        await lanes.close()


async def lose(database: Database, tmp_path: Path, channel: dict[str, Any]) -> None:
    """An action whose sender died after it had begun a try at noon."""
    await decided(database, "ann")
    await set_channels(database, tmp_path, {"email": channel})
    async with worker(database, tmp_path) as (connection, lanes):
        claimed = await claim_due(connection, lanes.rooms(), now=NOON)
        begun = await begin_deliveries(connection, claimed, deployment_of_tests(), lanes, lease=LEASE, now=NOON)
        assert len(begun) == 1


async def test_a_try_whose_sender_died_is_made_again_where_repeats_are_dropped(
    database: Database, tmp_path: Path
) -> None:
    await lose(database, tmp_path, {"adapter": "file"})
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + LEASE)
    assert await states(database) == [("sending", None, "email")]
    later = NOON + LEASE + timedelta(seconds=1)
    await deliver_all(database, deployment_of_tests(), tmp_path, later)
    await deliver_all(database, deployment_of_tests(), tmp_path, later + timedelta(seconds=5))
    assert await states(database) == [("sent", None, "email")]


async def test_a_try_whose_sender_died_stays_unknown_where_repeats_are_not_dropped(
    database: Database, tmp_path: Path
) -> None:
    await lose(database, tmp_path, {"adapter": "file", "drops_repeats": False})
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + LEASE + timedelta(seconds=1))
    assert await states(database) == [("unknown", "outcome_unknown", "email")]
    assert [fact.data["state"] for fact in await facts_of(database, "ann") if fact.type == "care.failed"] == ["unknown"]


async def test_what_staff_must_send_waits_for_them_and_expires_with_its_validity(
    database: Database, tmp_path: Path
) -> None:
    await decided(database, "ann")
    await set_channels(database, tmp_path, {"email": {"adapter": "wecom"}})
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON)
    assert await states(database) == [("awaiting_staff", None, "email")]
    [attempt] = await rows(database, "SELECT outcome, detail FROM attempt")
    assert attempt["outcome"] == "awaiting_staff"
    assert "您的订单" in attempt["detail"]
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + 2 * DAY + timedelta(seconds=1))
    assert await states(database) == [("expired", "expired", "email")]
    assert [fact.type for fact in await facts_of(database, "ann")][-1] == "care.failed"


async def test_quiet_hours_are_asked_again_when_it_goes_out(database: Database, tmp_path: Path) -> None:
    await decided(database, "ann")
    night = NOON + timedelta(hours=10)
    await deliver_all(database, deployment_of_tests(), tmp_path, night)
    assert await states(database) == [("waiting", None, "email")]
    await deliver_all(database, deployment_of_tests(), tmp_path, NOON + timedelta(hours=21))
    assert await states(database) == [("sent", None, "email")]


async def test_an_endpoint_that_is_down_is_left_in_peace_and_its_neighbour_hardly_notices(
    database: Database, tmp_path: Path
) -> None:
    """300 mails and 300 text messages fall due over six seconds; the mail gateway is down for three of them."""
    async with receiving(HEALTHY) as mail, receiving(HEALTHY) as phone:
        settings = {"retries_per_second": 20, "pause_seconds": [1, 2], "timeout_seconds": 10}
        channels = {"email": gateway(mail.port, **settings), "sms": gateway(phone.port, **settings)}
        await set_channels(database, tmp_path, channels)
        await decide_actions(database, 300, kinds=["email"], prefix="mail-")
        await decide_actions(database, 300, kinds=["phone"], prefix="phone-")
        spread = "UPDATE action SET next_try_at = now() + (id % 300) * interval '20 milliseconds' RETURNING id"
        await rows(database, spread)
        stop, began = asyncio.Event(), time.monotonic()
        lease = timedelta(seconds=30)
        part = deliver_actions(database, deployment_of_tests(), outbox_dir=tmp_path, secrets_dir=tmp_path, lease=lease)
        running = asyncio.ensure_future(part(stop))
        await asyncio.sleep(1.0)
        mail.down = True
        await asyncio.sleep(3.0)
        mail.down, healed = False, time.monotonic()
        await until(lambda: all_sent(database), seconds=60, what="everything sent")
        recovered = time.monotonic() - healed
        stop.set()
        await running
    while_down = [at for at in mail.requested_at if began + 2.0 < at < healed]
    assert len(while_down) <= 1.2 * 50 * (healed - began - 2.0)
    assert recovered < 30
    assert len(phone.took_effect) == len(mail.took_effect) == 300
    assert max(phone.requested_at) < max(mail.requested_at) + 5
    assert mail.forged == phone.forged == 0


async def all_sent(database: Database) -> bool:
    return await rows(database, "SELECT id FROM action WHERE state <> 'sent' LIMIT 1") == []
