"""Does an occasion that is due become a decision, and a send an action, once, whoever decides?"""

from datetime import UTC, datetime, timedelta

from tests.support.care import add_occasion, answers, decide_all, meet, put_playbook, rows

from common.database import Database
from common.events import decode_event

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_due_occasion_becomes_a_decision_an_action_and_a_fact(database: Database) -> None:
    await put_playbook(database, "win_back_high_value")
    async with database.transaction() as connection:
        await meet(connection, "ann", NOON - DAY)
        occasion = await add_occasion(connection, "win_back_high_value", "ann", NOON)
    assert await decide_all(database, NOON) == 1
    assert await decide_all(database, NOON) == 0
    assert await answers(database, "ann") == [(occasion, "send", None)]
    [action] = await rows(database, "SELECT * FROM action")
    assert (action["id"], action["state"], action["channel"], action["template"]) == (
        occasion,
        "waiting",
        "sms",
        "win_back",
    )
    [sent] = await rows(database, "SELECT topic, key, value FROM outbox")
    event = decode_event(sent["value"])
    assert (sent["topic"], event.type, event.subject) == ("guanxi.care.v1", "care.decided", "ann")
    assert event.data["action_id"] == f"act_{occasion}"
