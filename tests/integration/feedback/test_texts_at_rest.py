"""Can anybody read what customers and staff wrote who has the tables, but not the text key?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from tests.support.feedback_app import clerk_of, feedback_settings, meet, rows

from common.database import Database

CUSTOMER = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"
CANARY = "Kanarienvogel 金丝雀"


def answer(number: int) -> dict[str, Any]:
    return {
        "source": "tool",
        "id": f"a-{number}",
        "customer": CUSTOMER,
        "survey": "csat_delivery",
        "answered_at": datetime.now(UTC).isoformat(),
        "rating": {"kind": "csat", "value": 5, "min": 1, "max": 5},
        "texts": {"comment": f"{CANARY} {number}"},
    }


async def everything(database: Database) -> str:
    """Every row of every table, byte columns as the texts that they would be."""
    names = await rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    values: list[object] = []
    async with database.transaction() as connection:
        for name in names:
            found = await connection.execute(text(f"SELECT * FROM {name['tablename']}"))  # noqa: S608
            values += [value for row in found for value in row]
    assert any(isinstance(one, bytes) for one in values)
    return "\n".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in values)


async def write(database: Database, clerk: httpx.AsyncClient) -> str:
    """Texts by every way in, each request told twice with one key; the id of the case."""
    await meet(database, CUSTOMER, days_ago=30, now=datetime.now(UTC))
    case = {"customer": CUSTOMER, "touchpoint": "delivery", "note": f"{CANARY} opened"}
    opened = await clerk.post("/v1/cases", json=case)
    path = f"/v1/cases/{opened.json()['id']}"
    for url, body in (
        ("/v1/answers", answer(1)),
        (f"{path}/note", {"text": f"{CANARY} note"}),
        (f"{path}/resolve", {"note": f"{CANARY} resolved"}),
        (f"{path}/reopen", {"note": f"{CANARY} reopened"}),
    ):
        told = [await clerk.post(url, json=body, headers={"idempotency-key": url}) for _ in range(2)]
        assert all(one.is_success for one in told), told[0].text
        assert told[0].json() == told[1].json()
    return path


async def test_the_tables_hold_no_plain_text_and_the_api_shows_it(database: Database, tmp_path: Path) -> None:
    async with clerk_of(feedback_settings(database, tmp_path)) as clerk:
        path = await write(database, clerk)
        notes = [note["text"] for note in (await clerk.get(path)).json()["notes"]]
        assert notes == [f"{CANARY} {what}" for what in ("opened", "note", "resolved", "reopened")]
        (shown,) = (await clerk.get("/v1/answers")).json()["data"]
        assert shown["texts"] == {"comment": f"{CANARY} 1"}
    stored = await everything(database)
    assert CUSTOMER in stored
    assert not any(word in stored for word in CANARY.split())


async def test_a_new_first_key_opens_nothing_unless_the_old_one_stays_below(database: Database, tmp_path: Path) -> None:
    settings = feedback_settings(database, tmp_path)
    async with clerk_of(settings) as clerk:
        await clerk.post("/v1/answers", json=answer(1))
    old = settings.text_key_file.read_text()
    for lines, status in ((f"{'n' * 64}\n{old}", 200), ("n" * 64, 503)):
        settings.text_key_file.write_text(lines)
        async with clerk_of(settings) as clerk:
            told = await clerk.get("/v1/answers")
            assert told.status_code == status
    assert (told.json()["code"], "GUANXI_TEXT_KEY_FILE" in told.json()["detail"]) == ("text_unreadable", True)
