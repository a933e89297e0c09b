"""How long does a loop wait, and how does it end? Jitter, interruptible pauses, cancelling that insists."""

import asyncio
import random
from typing import Any


def jitter(attempt: int, *, first: float = 0.2, most: float = 5.0) -> float:
    """Seconds before try `attempt` + 1: full jitter, doubling from `first` up to `most`."""
    return random.uniform(0.05, min(most, first * 2.0 ** min(attempt, 10)))  # noqa: S311


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def cancel_and_wait(task: "asyncio.Task[Any]", *, seconds: float) -> None:
    """Cancel a task, twice when once is swallowed, and wait for its end at most `seconds` each time."""
    for _ in range(2):
        if task.done():
            break
        task.cancel()
        await asyncio.wait([task], timeout=seconds)
    if task.done() and not task.cancelled():
        task.exception()
