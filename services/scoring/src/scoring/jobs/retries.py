"""How does a run of many transactions outlive a deadlock, or a moment without a database? Each is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, is_transient
from common.waiting import jitter

log = structlog.get_logger()

ATTEMPTS: Final = 8

T = TypeVar("T")


async def in_transaction(database: Database, do: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """What `do` answers, in a transaction of its own; raises what it raises when it fails again and again."""
    attempt = 0
    while True:
        try:
            async with database.transaction() as connection:
                return await do(connection)
        except Exception as error:
            if attempt == ATTEMPTS or not is_transient(error):
                raise
            log.warning("run_retries", error=type(error).__name__)
            await asyncio.sleep(jitter(attempt))
            attempt += 1
