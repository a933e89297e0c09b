"""Can everybody answer a survey in a real browser: in Chinese and English, on a phone, by keyboard, without scripts?

Every page in every state is looked at by axe-core (WCAG 2.2, levels A and AA), and nothing is asked of others.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser
from tests.support.browser import barriers, open_browser
from tests.support.homes import own_home
from tests.support.survey_visitor import (
    DESKTOP,
    HTML_LANGUAGE,
    PHONE,
    VIEWS,
    assert_laid_out,
    assert_usable,
    press,
    submit,
    visit,
    visitor,
)
from tests.support.waiting import until

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.system import bring_up

SURVEYS: Final = sorted(path.stem for path in Path("policies/surveys").glob("*.yaml"))
NPS: Final = "nps_relationship"
READER: Final = "user_id:browser-reader"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What the operator sees and does behind the page."""

    home: Home
    client: httpx.AsyncClient

    async def invite(self, survey: str = NPS) -> str:
        asked = await self.client.post(f"/v1/surveys/{survey}/invitations", json={"customer": READER})
        assert asked.status_code == 201, asked.text
        return str(asked.json()["url"])

    async def asks(self) -> list[Json]:
        return await self._list(f"/v1/surveys/{NPS}/invitations")

    async def answers(self) -> list[Json]:
        """Newest first."""
        return await self._list("/v1/answers")

    async def close_surveys(self) -> None:
        """The closing day of every link that was given out has come."""
        connection = await asyncpg.connect(self.home.database_url("feedback", "feedback"))
        await connection.execute("UPDATE request SET expires_at = now() - interval '1 second'")
        await connection.close()

    async def _list(self, path: str) -> list[Json]:
        return list((await self.client.get(path, params={"customer": READER, "limit": "100"})).json()["data"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop() -> AsyncIterator[Shop]:
    async with own_home() as home:
        await bring_up(home, services=("ingest", "feedback"))
        told = read_credentials(home)
        await tell_of_reader(told)
        headers = {"Authorization": f"Bearer {told['admin_key']}"}
        async with httpx.AsyncClient(timeout=30, base_url=told["urls"]["feedback"], headers=headers) as client:

            async def is_known() -> bool:
                return (await client.get(f"/v1/customers/{READER}")).is_success

            await until(is_known, what="the reader known to feedback")
            yield Shop(home=home, client=client)


async def tell_of_reader(told: Json) -> None:
    event = {"id": "seen", "source": "demo", "type": "page.viewed", "time": datetime.now(UTC).isoformat()}
    events = [event | {"data": {"identifiers": {"user_id": READER.partition(":")[2]}}}]
    headers = {"Authorization": f"Bearer {told['write_key']}"}
    async with httpx.AsyncClient(timeout=30, base_url=told["urls"]["ingest"], headers=headers) as client:
        sent = await client.post("/v1/events", json={"events": events})
    assert sent.json()["accepted"] == 1, sent.text


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.mark.parametrize("survey", SURVEYS)
async def test_everybody_can_use_the_form_and_its_summary_of_what_is_missing(
    shop: Shop, browser: Browser, survey: str
) -> None:
    url = await shop.invite(survey)
    for language, size in VIEWS:
        async with visitor(browser, language, size) as page:
            assert await visit(page, url) == 200
            await assert_usable(page, language, size)
            assert await submit(page, language) == 422
            is_usable = assert_usable if size is PHONE else assert_laid_out  # the same elements and colours: once
            await is_usable(page, language, size)


@pytest.mark.parametrize(("language", "size"), VIEWS)
async def test_everybody_can_use_what_follows_the_form(shop: Shop, browser: Browser, language: str, size: Any) -> None:
    url = await shop.invite()
    async with visitor(browser, language, size) as page, visitor(browser, language, size) as late:
        assert [await visit(one, f"{url}?score=7") for one in (page, late)] == [200, 200]
        assert await submit(page, language) == 200
        await assert_usable(page, language, size)
        assert await submit(late, language) == 409
        await assert_usable(late, language, size)
        assert await visit(page, url) == 200
        assert await page.locator("form").count() == 0


@pytest.mark.parametrize(("language", "size"), VIEWS)
async def test_everybody_can_use_the_pages_of_closed_surveys_and_broken_links(
    shop: Shop, browser: Browser, language: str, size: Any
) -> None:
    url, before = await shop.invite(), await shop.answers()
    async with visitor(browser, language, size) as page:
        assert await visit(page, f"{url}?score=7") == 200
        await shop.close_surveys()
        assert await submit(page, language) == 410
        await assert_usable(page, language, size)
        assert await visit(page, url) == 410
        assert await visit(page, url[:-4]) == 404
        await assert_usable(page, language, size)
    assert await shop.answers() == before


@pytest.mark.parametrize("language", HTML_LANGUAGE)
async def test_a_survey_is_answered_without_scripts_and_the_link_only_preselects(
    shop: Shop, browser: Browser, language: str
) -> None:
    url = await shop.invite()
    before = await shop.asks(), await shop.answers()
    async with visitor(browser, language, PHONE, scripts=False) as page:
        assert await visit(page, f"{url}?score=9") == 200
        assert await page.locator("input[name=recommend]:checked").input_value() == "9"
        assert (await shop.asks(), await shop.answers()) == before, "following a link records nothing"
        await page.locator(".scale").first.get_by_text("3", exact=True).tap()
        await page.locator("input[name=drivers][value=price]").locator("..").tap()
        await page.get_by_role("textbox").fill("太贵了 <b>")
        assert await submit(page, language) == 200
    given = (await shop.answers())[0]
    assert given["rating"] == {"kind": "nps", "value": 3, "min": 0, "max": 10}
    assert "price" in str(given), given


async def test_a_survey_is_answered_by_keyboard_alone(shop: Shop, browser: Browser) -> None:
    async with visitor(browser, "en-GB", DESKTOP) as page:
        assert await visit(page, await shop.invite()) == 200
        focus = await press(page, "Tab")
        assert (focus["name"], focus["value"]) == ("recommend", "0")
        while focus["tag"] != "BUTTON":
            focus = await press(page, "Tab")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert (await press(page))["role"] == "alert", "the summary of what is missing is read first"
        assert (await press(page, "Tab"))["tag"] == "A"
        assert (await press(page, "Enter"))["name"] == "recommend", "its link leads to the question"
        focus = await press(page, "Space", "ArrowRight", "ArrowRight")
        assert (focus["name"], focus["value"]) == ("recommend", "2")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Thank you!").wait_for()
    assert (await shop.answers())[0]["rating"]["value"] == 2


async def test_what_keeps_people_out_is_found(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<html><title>t</title><p style='color: #bbb'>pale</p><input><button></button></html>")
    found = await barriers(page)
    await page.close()
    for rule in ("color-contrast", "label", "button-name", "html-has-lang"):
        assert f"\n{rule} " in found or f"Rule Violated:\n{rule} -" in found, found
