"""Which browser do tests look at pages with? Debian's chromium; `python -m tests.support.browser` installs it.

Playwright drives the browser of the system: it never downloads one. axe-core looks for what keeps people out.
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

PACKAGES = ("chromium", "fonts-noto-cjk")
LEVELS_A_AND_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


class NoBrowser(Exception):
    """The machine has no chromium, or no letters for Chinese, and cannot be given them from here."""


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """One chromium, closed at the end; each test takes contexts of its own in it."""
    executable = find_browser()
    async with async_playwright() as playwright, await playwright.chromium.launch(executable_path=executable) as opened:
        yield opened


def find_browser() -> Path:
    """Where chromium is; what is missing is installed first where that can be done without asking."""
    if _missing():
        _install()
    if missing := _missing():
        raise NoBrowser(f"there is no {' and no '.join(missing)}: apt-get install {' '.join(PACKAGES)}")
    return Path(_chromium() or "")


async def barriers(page: Page) -> str:
    """What axe-core finds on a page against WCAG 2.2, levels A and AA; empty when nothing."""
    rules = {"runOnly": {"type": "tag", "values": LEVELS_A_AND_AA}, "resultTypes": ["violations"]}
    found = await Axe().run(page, options=rules)
    return found.generate_report() if found.violations_count else ""


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _missing() -> list[str]:
    missing = [] if _chromium() else ["chromium"]
    listed = shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=True)
    if not listed or not listed.stdout:
        missing.append("Chinese font")
    return missing


def _install() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {' and '.join(PACKAGES)} for the tests of pages (about a minute, once).", flush=True)  # noqa: T201
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        told = subprocess.run(
            ["apt-get", "--quiet=2", *command], env=quiet, capture_output=True, text=True, check=False
        )
        if told.returncode:
            raise NoBrowser(f"apt-get {command[0]} failed: {told.stderr.strip()}")


if __name__ == "__main__":
    print(f"Pages are looked at with {find_browser()}.")  # noqa: T201
