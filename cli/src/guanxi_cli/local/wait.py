"""Is a part ready, still coming, or dead? Asks until it is ready, and tells what its log says when it is not."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from guanxi_cli.local.home import Home
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.processes import Record
from guanxi_cli.local.run import last_lines

RETRY_SECONDS = 0.1


async def until_ready(home: Home, record: Record, ready: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
    """Raises Problem when the process ends, or when it is not ready in time."""
    deadline = time.monotonic() + seconds
    while not await ready():
        if record.process() is None:
            raise Problem(f"{record.part} ended before it was ready; {_log(home, record.part)}")
        if time.monotonic() > deadline:
            raise Problem(f"{record.part} was not ready after {seconds:.0f} s; {_log(home, record.part)}")
        await asyncio.sleep(RETRY_SECONDS)


def _log(home: Home, part: str) -> str:
    path = home.log(part)
    return f"{path} says:\n{last_lines(path.read_text(errors='replace'))}"
