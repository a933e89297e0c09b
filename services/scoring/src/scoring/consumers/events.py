"""How do events reach the states? Three topics, one handler, one transaction a batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.consumer import Consumer
from common.database import Database
from common.dead_letters import Received
from common.events import CARE, FEEDBACK, INTERACTIONS
from scoring.store.state_cache import StateCache
from scoring.usecases.apply_events import apply_events
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_facts import read_facts

GROUP: Final = "guanxi.scoring"
TOPICS: Final = (INTERACTIONS, CARE, FEEDBACK)
BATCH_RECORDS: Final = 16_000
"""Of a backlog: 16,000 skewed events touch 2,500 customers; in batches of 2,000 that was 4,460 (ADR 0015)."""


class EventHandler:
    """Applies batches with one worker's cache."""

    def __init__(self, deployment: Deployment, cache: StateCache) -> None:
        self._deployment = deployment
        self._cache = cache

    async def handle(self, connection: AsyncConnection, batch: Sequence[Received]) -> None:
        """Apply one batch inside the given transaction."""
        await apply_events(connection, batch, deployment=self._deployment, cache=self._cache)


def consume_events(
    database: Database, deployment: Deployment, cache: StateCache, *, bootstrap: str, code_version: str
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The worker's part that consumes."""
    return Consumer(
        database=database,
        bootstrap=bootstrap,
        group=GROUP,
        topics=TOPICS,
        handle=EventHandler(deployment, cache).handle,
        forget=cache.forget,
        decode=read_facts,
        code_version=code_version,
        batch_records=BATCH_RECORDS,
    ).run
