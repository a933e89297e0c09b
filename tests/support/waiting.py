"""How does a test wait? On a condition, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(
    condition: Callable[[], Awaitable[bool]], *, seconds: float = 30.0, what: str = "the condition"
) -> None:
    """Return as soon as the condition holds; AssertionError after the deadline."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise AssertionError(f"{what} did not come about within {seconds:.0f} s") from error
