"""How does a customer look at a survey page, and what must hold of every page that anybody sees?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from playwright.async_api import Browser, Page, ViewportSize
from tests.support.browser import barriers

PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
HTML_LANGUAGE: Final = {"zh-CN": "zh-CN", "en-GB": "en"}
VIEWS: Final = [(language, size) for language in HTML_LANGUAGE for size in (PHONE, DESKTOP)]
SEND: Final = {"zh-CN": "提交", "en-GB": "Send"}

_TOO_SMALL: Final = """() => [...document.querySelectorAll('a, button, textarea, label:has(input)')].filter(one => {
    const {width, height} = one.getBoundingClientRect();
    return Math.min(width, height) < 24;
}).map(one => one.outerHTML)"""
_WIDTHS_OF_SCALES: Final = """() => [...document.querySelectorAll('.scale')].map(scale =>
    [...scale.children].map(one => one.getBoundingClientRect().width))"""
_FOCUS: Final = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const outline = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
    return {tag: one.tagName, role: one.getAttribute('role'), name: one.name, value: one.value, outline};
}"""


@asynccontextmanager
async def visitor(browser: Browser, language: str, size: ViewportSize, *, scripts: bool = True) -> AsyncIterator[Page]:
    """A page of somebody new; in the end nothing was asked of any other origin and no cookie was left."""
    on_phone = size is PHONE
    context = await browser.new_context(
        locale=language, viewport=size, is_mobile=on_phone, has_touch=on_phone, java_script_enabled=scripts
    )
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await context.new_page()
    page.set_default_timeout(30_000)
    yield page
    assert {_origin(url) for url in asked} == {_origin(page.url)}, asked
    assert await context.cookies() == []
    await context.close()


async def assert_usable(page: Page, language: str, size: ViewportSize) -> None:
    """Open to everybody by axe-core, and laid out well."""
    assert await barriers(page) == ""
    await assert_laid_out(page, language, size)


async def assert_laid_out(page: Page, language: str, size: ViewportSize) -> None:
    """In the language of the browser, as wide as the screen, good to touch, and with scores of one size."""
    assert await page.locator("html").get_attribute("lang") == HTML_LANGUAGE[language]
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], "it scrolls sideways"
    assert await page.evaluate(_TOO_SMALL) == []
    for widths in await page.evaluate(_WIDTHS_OF_SCALES):
        assert max(widths) - min(widths) < 1, "a score stands out"


async def submit(page: Page, language: str) -> int:
    """Press the button; the status of the page that follows."""
    async with page.expect_navigation() as navigation:
        await page.get_by_role("button", name=SEND[language]).click()
    return (await navigation.value).status


async def visit(page: Page, url: str) -> int:
    """Follow a link; the status of the page."""
    answer = await page.goto(url)
    assert answer is not None
    return answer.status


async def press(page: Page, *keys: str) -> dict[str, Any]:
    """Type keys; which element has the focus then: it can be seen, or this fails."""
    for key in keys:
        await page.keyboard.press(key)
    focus: dict[str, Any] = await page.evaluate(_FOCUS)
    assert focus["outline"] >= 2, focus
    return focus


def _origin(url: str) -> tuple[str, str, int | None]:
    read = httpx.URL(url)
    return read.scheme, read.host, read.port
