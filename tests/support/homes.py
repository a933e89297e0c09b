"""Where does a test run a whole system of its own? In a temporary home on free ports, stopped and deleted after it."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType

from tests.support.port_bases import claim_port_base, release_port_base
from tests.support.servers import PREFIX

from guanxi_cli.local.home import Home
from guanxi_cli.local.system import bring_down


@asynccontextmanager
async def own_home() -> AsyncIterator[Home]:
    """A home that nothing was made in yet; whatever runs in it at the end is stopped."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    home = Home(folder=folder, port_base=claim_port_base())
    try:
        yield home
    finally:
        await bring_down(home)
        shutil.rmtree(folder)
        release_port_base(home.port_base)


def end_in_order_on_sigterm() -> None:
    """Let SIGTERM do what Ctrl-C does: `asyncio.run` cancels, homes are brought down. A background job ignores SIGINT,
    and `timeout` sends SIGTERM twice: neither may leave servers behind."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, end)
