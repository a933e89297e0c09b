"""Is this process alive, ready, draining, degraded? What the probes and the edge ask (reliability.md R17, R18)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from common.database import Database
from common.metrics import EVENT_LOOP_LAG_SECONDS

TICK_SECONDS: Final = 0.25
PROBE_SECONDS: Final = 1.0

Probe = Callable[[], Awaitable[str | None]]
"""None while a dependency is well, else what is wrong with it in a few words."""


@dataclass(slots=True, kw_only=True)
class Health:
    """`ready` and `draining` are set by the process. What moves no more ends its process (consumer.Stalled)."""

    ready: bool = False
    draining: bool = False
    probes: dict[str, Probe] = field(default_factory=dict)
    loop_lag_seconds: float = 0.0
    _asked: dict[str, "asyncio.Future[str | None]"] = field(default_factory=dict)

    async def watch_loop(self) -> None:
        """Measure how late the event loop is, until cancelled."""
        while True:
            due = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self.loop_lag_seconds = max(0.0, time.monotonic() - due)
            EVENT_LOOP_LAG_SECONDS.set(self.loop_lag_seconds)

    async def degraded(self) -> dict[str, str]:
        """The dependencies that are not well, by name, within a second.

        A probe that hangs is left hanging and asked again only when it has ended: cancelling a query can itself hang.
        """
        for name, probe in self.probes.items():
            if name not in self._asked or self._asked[name].done():
                self._asked[name] = asyncio.ensure_future(probe())
        asked = dict(self._asked)
        if asked:
            await asyncio.wait(asked.values(), timeout=PROBE_SECONDS)
        late = f"no answer within {PROBE_SECONDS:g} s"
        answers = {name: future.result() if future.done() else late for name, future in asked.items()}
        return {name: answer for name, answer in answers.items() if answer is not None}


def database_probe(database: Database) -> Probe:
    """Whether the database answers a query."""

    async def ask() -> str | None:
        try:
            async with database.transaction() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            return f"no answer: {type(error).__name__}"
        return None

    return ask
