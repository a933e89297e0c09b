"""Does a 2xx mean that the transaction was committed, and does a repeated POST have one effect?"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from tests.support.databases import Databases
from tests.support.web import bearer, client_of, free_port, write_keys

from common.chassis_tables import STATEMENTS
from common.database import Database, open_database
from common.errors import Conflict
from common.http.app import create_app
from common.http.freshness import CurrentFreshness, Freshness
from common.http.health import Health, database_probe
from common.http.keys import Keys
from common.http.management import create_management_app
from common.http.transaction import Connection

router = APIRouter()
SCOPES = {"POST /notes": "notes:write", "GET /notes/{number}": "notes:write", "GET /freshness": "notes:write"}
TABLE = """
CREATE TABLE note (
    id bigint GENERATED ALWAYS AS IDENTITY,
    body text NOT NULL,
    parent bigint REFERENCES parent DEFERRABLE INITIALLY DEFERRED
)
"""


class Note(BaseModel):
    body: str
    parent: int | None = None
    then: str | None = None


@router.post("/notes", status_code=201)
async def make_note(note: Note, connection: Connection) -> dict[str, Any]:
    values = {"body": note.body, "parent": note.parent}
    made = await connection.execute(
        text("INSERT INTO note (body, parent) VALUES (:body, :parent) RETURNING id"), values
    )
    if note.then == "refuse":
        raise Conflict("Not this one.")
    if note.then == "sleep":
        await connection.execute(text("SELECT pg_sleep(0.5)"))
    return {"id": made.scalar_one()}


@router.get("/notes/{number}")
async def get_note(number: int, connection: Connection) -> dict[str, Any]:
    row = await connection.execute(text("SELECT body FROM note WHERE id = :number"), {"number": number})
    return {"body": row.scalar_one_or_none()}


@router.get("/freshness")
async def get_freshness(freshness: CurrentFreshness) -> Freshness:
    return freshness


@pytest_asyncio.fixture
async def database(database_url: Databases) -> AsyncIterator[Database]:
    database = open_database(await database_url(), application="test")
    async with database.transaction() as connection:
        for statement in (*STATEMENTS, "CREATE TABLE parent (id bigint PRIMARY KEY)", TABLE):
            await connection.execute(text(statement))
    yield database
    await database.close()


def make_app(folder: Path, database: Database) -> FastAPI:
    keys = Keys(write_keys(folder / "keys.yaml", ann=["notes:write"], bob=["notes:write"]))
    return create_app(
        title="t", version="1", description="", scopes=SCOPES, routers=[router], keys=keys, database=database
    )


@pytest_asyncio.fixture
async def client(tmp_path: Path, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(tmp_path, database)) as client:
        client.headers.update(bearer("ann"))
        yield client


async def bodies(database: Database) -> list[str]:
    async with database.transaction() as connection:
        return [body for (body,) in await connection.execute(text("SELECT body FROM note ORDER BY id"))]


async def test_an_answer_of_success_is_committed(client: httpx.AsyncClient, database: Database) -> None:
    assert (await client.post("/notes", json={"body": "a"})).status_code == 201
    assert await bodies(database) == ["a"]


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "k"}])
async def test_a_commit_that_fails_is_never_answered_with_success(
    client: httpx.AsyncClient, database: Database, headers: dict[str, str]
) -> None:
    answer = await client.post("/notes", json={"body": "a", "parent": 7}, headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert await bodies(database) == []


async def test_a_refusal_leaves_nothing_behind(client: httpx.AsyncClient, database: Database) -> None:
    answer = await client.post("/notes", json={"body": "a", "then": "refuse"}, headers={"idempotency-key": "k"})
    assert answer.status_code == 409
    assert await bodies(database) == []
    assert (await client.post("/notes", json={"body": "b"}, headers={"idempotency-key": "k"})).status_code == 201


async def test_the_same_key_and_body_gets_the_first_answer(client: httpx.AsyncClient, database: Database) -> None:
    first = await client.post("/notes", json={"body": "a"}, headers={"idempotency-key": "k"})
    again = await client.post("/notes", json={"body": "a"}, headers={"idempotency-key": "k"})
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert await bodies(database) == ["a"]


async def test_the_same_key_with_another_body_is_422(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/notes", json={"body": "a"}, headers={"idempotency-key": "k"})
    answer = await client.post("/notes", json={"body": "b"}, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await bodies(database) == ["a"]


async def test_a_key_is_forgotten_after_a_day(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/notes", json={"body": "a"}, headers={"idempotency-key": "k"})
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE idempotency SET created_at = now() - interval '25 hours'"))
    assert (await client.post("/notes", json={"body": "b"}, headers={"idempotency-key": "k"})).status_code == 201
    assert await bodies(database) == ["a", "b"]


async def test_a_key_is_the_callers_own(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/notes", json={"body": "a"}, headers={"idempotency-key": "k"})
    other = await client.post("/notes", json={"body": "b"}, headers={"idempotency-key": "k"} | bearer("bob"))
    assert other.status_code == 201
    assert await bodies(database) == ["a", "b"]


async def test_twins_at_once_have_one_effect_and_the_second_is_told_to_wait(
    client: httpx.AsyncClient, database: Database
) -> None:
    sent: dict[str, Any] = {"json": {"body": "a", "then": "sleep"}, "headers": {"idempotency-key": "k"}}
    answers = await asyncio.gather(*(client.post("/notes", **sent) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert await bodies(database) == ["a"]
    assert (await client.post("/notes", **sent)).headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_an_unusable_key_is_422(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.post("/notes", json={"body": "a"}, headers={"idempotency-key": key})
    assert answer.status_code == 422


async def test_the_description_names_idempotency_key_where_it_counts(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    names = [parameter["name"] for parameter in paths["/notes"]["post"]["parameters"]]
    assert names == ["Idempotency-Key"]
    assert "Idempotency-Key" not in str(paths["/freshness"])


async def test_a_number_that_no_column_holds_is_422(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/notes/{10**30}")
    assert (answer.status_code, answer.json()["code"]) == (422, "value_out_of_range")


async def test_a_database_that_is_down_is_503_with_retry_after(tmp_path: Path) -> None:
    database = open_database(f"postgresql://nobody@127.0.0.1:{free_port()}/none", application="test")
    async with client_of(make_app(tmp_path, database)) as client:
        answer = await client.post("/notes", json={"body": "a"}, headers=bearer("ann"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "127.0.0.1" not in answer.text


async def test_a_statement_that_runs_out_of_time_is_503(tmp_path: Path, database: Database) -> None:
    async with database.transaction() as holder:
        await holder.execute(text("LOCK TABLE note IN ACCESS EXCLUSIVE MODE"))
        impatient = open_database(
            database.engine.url.set(drivername="postgresql").render_as_string(), application="t", command_seconds=0.2
        )
        async with client_of(make_app(tmp_path, impatient)) as client:
            answer = await client.post("/notes", json={"body": "a"}, headers=bearer("ann"))
        await impatient.close()
    assert answer.status_code == 503


PROGRESS = (
    "INSERT INTO progress (topic, partition, next_offset, end_offset, caught_up_at, measured_at) "
    "VALUES (:topic, 0, :next, :end, now() - :behind * interval '1 s', now() - :unmeasured * interval '1 s')"
)


@pytest.mark.parametrize(
    ("rows", "lag_events", "lag_seconds"),
    [
        ([], 0, 0),
        ([("a", 5, 5, 1, 1)], 0, 0),
        ([("a", 5, 5, 1, 1), ("b", 2, 9, 40, 1)], 7, 40),
        ([("a", 5, 5, 90, 90)], 0, 90),
        ([("a", 9, 5, 1, 1)], 0, 0),
    ],
    ids=["no topics", "caught up", "one behind", "dead worker", "ahead of the last measure"],
)
async def test_freshness_tells_stale_from_current(
    client: httpx.AsyncClient, database: Database, rows: list[Any], lag_events: int, lag_seconds: float
) -> None:
    async with database.transaction() as connection:
        for topic, following, end, behind, unmeasured in rows:
            values = {"topic": topic, "next": following, "end": end, "behind": behind, "unmeasured": unmeasured}
            await connection.execute(text(PROGRESS), values)
    found = (await client.get("/freshness")).json()
    assert found["lag_events"] == lag_events
    assert found["lag_seconds"] == pytest.approx(lag_seconds, abs=5)


async def test_the_management_port_tells_progress_and_what_is_degraded(database: Database) -> None:
    health = Health(probes={"database": database_probe(database)})
    app = create_management_app(health=health, service="things", version="1", database=database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/readyz")).json() == {"status": "starting"}
        health.ready = True
        assert (await client.get("/readyz")).json() == {"status": "ready", "degraded": {}}
        async with database.transaction() as connection:
            values = {"topic": "a", "next": 5, "end": 7, "behind": 0, "unmeasured": 0}
            await connection.execute(text(PROGRESS), values)
        (row,) = (await client.get("/progress")).json()["progress"]
        assert (row["topic"], row["next_offset"], row["end_offset"]) == ("a", 5, 7)
        assert (await client.get("/livez")).json()["status"] == "alive"


async def test_a_dead_dependency_is_degraded_and_not_unready() -> None:
    database = open_database(f"postgresql://nobody@127.0.0.1:{free_port()}/none", application="test")
    health = Health(ready=True, probes={"database": database_probe(database), "kafka": hang})
    app = create_management_app(health=health, service="things", version="1", database=database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        for _ in range(2):
            answer = await client.get("/readyz")
            assert answer.status_code == 200
            assert answer.json()["status"] == "degraded"
            assert set(answer.json()["degraded"]) == {"database", "kafka"}
        assert (await client.get("/progress")).status_code == 503


async def hang() -> str | None:
    """A probe that never answers."""
    await asyncio.Event().wait()
    return None
