"""`migrate`: the tables, and what they hold at first; run before the other processes, with the owner's role."""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from common.migrations import migrate
from common.settings import Settings


def run(service: str, settings: Settings, _arguments: Sequence[str]) -> None:
    """Bring the database to this code's version; then `<service>.jobs.seed`, where the service has one."""
    migrate(service, settings.database_url)
    seeding = f"{service}.jobs.seed"
    if find_spec(seeding) is not None:
        asyncio.run(import_module(seeding).seed(settings))
