"""Does a decided action go out once, and is every end of it told?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import json
from tests.support.care import add_occasion, decide_all, deployment_of_tests, meet, rows
from tests.support.delivering import deliver_all, facts_of

from common.database import Database

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


async def decided(database: Database, customer: str, playbook: str = "delivery_check", **profile: str) -> int:
    """An action of a customer that waits to go out."""
    async with database.transaction() as connection:
        await meet(connection, customer, NOON - DAY, **profile)
        occasion = await add_occasion(connection, playbook, customer, NOON)
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
