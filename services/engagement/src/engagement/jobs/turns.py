"""How does a part of the worker take turns? A transaction a turn, and a pause when nothing is left to do.

A turn that fails because database or network do is taken again; any other error ends the worker.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.waiting import jitter, pause

log = structlog.get_logger()

Part = Callable[[asyncio.Event], Coroutine[None, None, None]]
"""Runs until its event is set."""


def take_turns(
    database: Database, name: str, turn: Callable[[AsyncConnection], Awaitable[bool]], *, poll_seconds: float
) -> Part:
    """The part of that name; `turn` says whether to go on at once."""

    async def run(stop: asyncio.Event) -> None:
        attempt = 0
        while not stop.is_set():
            try:
                async with database.transaction() as connection:
                    busy = await turn(connection)
                attempt = 0
                if not busy:
                    await pause(stop, poll_seconds)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("turn_taken_again", part=name, error=type(error).__name__)
                await pause(stop, jitter(attempt))
                attempt += 1

    return run
