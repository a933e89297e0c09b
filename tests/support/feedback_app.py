"""How does a test talk to feedback's real web app, and what did it put into the outbox?"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from tests.support.mirror import CONTRACTS
from tests.support.web import bearer, client_of, write_keys

from common.database import Database
from common.events import Event, decode_event
from feedback.app import make_app
from feedback.settings import FeedbackSettings
from feedback.store.customers import save_first_contacts

PAGE = "http://test"
POLICIES = CONTRACTS.parent / "policies"


def feedback_settings(database: Database, folder: Path) -> FeedbackSettings:
    """Settings of an app on the test's database, with keys of its own in a folder."""
    for name in ("identity.key", "survey.key", "text.key"):
        if not (folder / name).exists():
            (folder / name).write_text(secrets.token_hex(32))
    keys = write_keys(folder / "keys.yaml", clerk=["feedback:read", "feedback:write", "policies:write"], stranger=[])
    return FeedbackSettings(
        database_url=database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        identity_key_file=folder / "identity.key",
        survey_key_file=folder / "survey.key",
        text_key_file=folder / "text.key",
        keys_file=keys,
        policies_dir=POLICIES,
        public_url=PAGE,
    )


@asynccontextmanager
async def clerk_of(settings: FeedbackSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app with a key for everything that surveys need."""
    async with client_of(make_app(settings)) as client:
        client.headers.update(bearer("clerk"))
        yield client


async def meet(database: Database, customer: str, *, days_ago: int, now: datetime) -> None:
    """The customer was first met so many days ago."""
    async with database.transaction() as connection:
        await save_first_contacts(connection, {customer: now - timedelta(days=days_ago)})


async def outbox(database: Database, type_: str = "") -> list[Event]:
    """The events that wait for the relay, of one type or of all, in their order."""
    async with database.transaction() as connection:
        values = (await connection.execute(text("SELECT value FROM outbox ORDER BY id"))).scalars().all()
    return [event for event in map(decode_event, values) if event.type.startswith(type_)]


async def rows(database: Database, query: str, **values: object) -> list[dict[str, Any]]:
    """The rows of a query."""
    async with database.transaction() as connection:
        return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]
