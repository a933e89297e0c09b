"""Can operators change surveys safely: every edit a version, nothing lost, nothing invalid live?"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from tests.support.feedback_app import POLICIES, clerk_of, feedback_settings
from tests.support.web import bearer

from common.database import Database
from feedback.domain.document_reading import DocumentInvalid
from feedback.settings import FeedbackSettings
from feedback.usecases.load_surveys import load_surveys

EN = {"accept-language": "en"}


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> FeedbackSettings:
    return feedback_settings(database, tmp_path)


@pytest_asyncio.fixture
async def clerk(settings: FeedbackSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with clerk_of(settings) as client:
        yield client


async def load(database: Database, folder: Path) -> list[str]:
    async with database.transaction() as connection:
        return await load_surveys(connection, folder)


async def test_the_shipped_surveys_are_live_after_migrate(clerk: httpx.AsyncClient) -> None:
    listed = (await clerk.get("/v1/surveys")).json()["data"]
    shipped = sorted(path.stem for path in (POLICIES / "surveys").glob("*.yaml"))
    assert [(one["id"], one["version"], one["from_file"]) for one in listed] == [(name, 1, True) for name in shipped]


async def test_an_edit_is_a_new_version_that_the_next_page_shows(clerk: httpx.AsyncClient) -> None:
    read = await clerk.get("/v1/surveys/csat_delivery")
    before = await clerk.post("/v1/surveys/csat_delivery/invitations", json={"customer": "user_id:1"})
    changed = await clerk.patch(
        "/v1/surveys/csat_delivery",
        json={"title": {"en": "Did it arrive well?"}},
        headers={"if-match": read.headers["etag"]},
    )
    assert (changed.status_code, changed.json()["version"], changed.json()["from_file"]) == (200, 2, False)
    assert changed.json()["author"] == "clerk"
    assert changed.json()["survey"]["title"]["zh"] == read.json()["survey"]["title"]["zh"]
    after = await clerk.post("/v1/surveys/csat_delivery/invitations", json={"customer": "user_id:2"})
    for invitation, title in ((before, "How was your delivery?"), (after, "Did it arrive well?")):
        assert title in (await clerk.get(urlsplit(invitation.json()["url"]).path, headers=EN)).text
    old = await clerk.get("/v1/surveys/csat_delivery", params={"version": 1})
    assert old.json()["survey"]["title"]["en"] == "How was your delivery?"


async def test_etags_save_answers_and_edits(clerk: httpx.AsyncClient) -> None:
    etag = (await clerk.get("/v1/surveys/exit")).headers["etag"]
    assert (await clerk.get("/v1/surveys/exit", headers={"if-none-match": etag})).status_code == 304
    assert (await clerk.patch("/v1/surveys/exit", json={"closing_days": 14})).status_code == 200
    stale = await clerk.patch("/v1/surveys/exit", json={"closing_days": 7}, headers={"if-match": etag})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await clerk.get("/v1/surveys/exit")).json()["survey"]["closing_days"] == 14
    assert (await clerk.patch("/v1/surveys/exit", json={}, headers={"if-match": "x"})).status_code == 422


@pytest.mark.parametrize(
    ("change", "pointer", "allowed"),
    [
        ({"kind": "smile"}, "/kind", "csat"),
        ({"colour": "red"}, "/colour", "kind"),
        ({"questions": []}, "/questions", None),
        ({"name": "another"}, "/name", "csat_delivery"),
        ({"triggers": [{"interaction": "page.viewed"}]}, "/triggers/0/interaction", "order.delivered"),
        ({"closing_days": 0}, "/closing_days", None),
        ({"title": {"en": None}}, "/title/en", None),
    ],
)
async def test_an_invalid_edit_is_refused_and_the_live_survey_stays(
    clerk: httpx.AsyncClient, change: dict[str, Any], pointer: str, allowed: str | None
) -> None:
    refused = await clerk.patch("/v1/surveys/csat_delivery", json=change)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert allowed is None or allowed in refused.json()["allowed"]
    assert (await clerk.get("/v1/surveys/csat_delivery")).json()["version"] == 1


async def test_a_new_survey_is_live_at_once_and_made_once(clerk: httpx.AsyncClient) -> None:
    body = (await clerk.get("/v1/surveys/csat_store_visit")).json()["survey"] | {"name": "csat_repair"}
    made = await clerk.post("/v1/surveys", json=body)
    assert (made.status_code, made.headers["location"]) == (201, "/v1/surveys/csat_repair")
    again = await clerk.post("/v1/surveys", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "survey_exists")
    invited = await clerk.post("/v1/surveys/csat_repair/invitations", json={"customer": "user_id:1"})
    assert invited.status_code == 201
    await clerk.patch("/v1/surveys/csat_repair", json={"enabled": False})
    off = await clerk.post("/v1/surveys/csat_repair/invitations", json={"customer": "user_id:1"})
    assert (off.status_code, off.json()["code"]) == (409, "survey_off")
    assert (await clerk.get("/v1/surveys/nothing")).status_code == 404
    assert (await clerk.patch("/v1/surveys/nothing", json={})).status_code == 404


async def test_only_who_may_write_policies_may_change_surveys(clerk: httpx.AsyncClient) -> None:
    for call in (
        clerk.get("/v1/surveys", headers=bearer("stranger")),
        clerk.post("/v1/surveys", json={}, headers=bearer("stranger")),
        clerk.patch("/v1/surveys/exit", json={}, headers=bearer("stranger")),
    ):
        assert (await call).status_code == 403


async def test_an_edit_wins_until_the_file_itself_changes(
    database: Database, clerk: httpx.AsyncClient, tmp_path: Path
) -> None:
    folder = tmp_path / "surveys"
    folder.mkdir()
    file = folder / "exit.yaml"
    file.write_text((POLICIES / "surveys" / "exit.yaml").read_text())
    assert await load(database, tmp_path) == []
    await clerk.patch("/v1/surveys/exit", json={"closing_days": 14})
    assert await load(database, tmp_path) == []
    file.write_text(file.read_text().replace("closing_days: 30", "closing_days: 21"))
    assert await load(database, tmp_path) == ["exit"]
    live = (await clerk.get("/v1/surveys/exit")).json()
    assert (live["version"], live["survey"]["closing_days"], live["from_file"]) == (3, 21, True)

    file.write_text(file.read_text().replace("kind: exit", "kind: goodbye"))
    with pytest.raises(DocumentInvalid, match=r"surveys/exit.yaml, line 4: /kind .*allowed: nps"):
        await load(database, tmp_path)
    assert (await clerk.get("/v1/surveys/exit")).json()["version"] == 3
