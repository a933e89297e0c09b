"""What does a test of deciding need? Customers with consents and addresses, occasions that are due, the answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from common.events import Event
from engagement.store.documents import add_document
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment
from engagement.usecases.mirror_interactions import mirror_interactions

POLICIES = Path(__file__).parents[2] / "policies"
SHANGHAI = ZoneInfo("Asia/Shanghai")
EMAIL = "ann@example.com"
PHONE = "+8613800000000"


HELLO = """name: hello
purpose: marketing
priority: 50
when: {interaction: {type: page.viewed}}
do: [{message: {template: hello, channels: [sms, email]}}]
once_per: {per: occasion}
valid_for: 2d
"""
"""For everybody, and nobody held out."""


def deployment_of_tests() -> Deployment:
    """Shanghai, six partitions, a cache of policies of its own."""
    return Deployment(zone=SHANGHAI, partitions=6)


async def put_document(database: Database, kind: str, name: str, written: str) -> None:
    """A new version of an operator's document."""
    async with database.transaction() as connection:
        await add_document(connection, kind=kind, name=name, written=written, author="test")


async def put_playbook(database: Database, name: str, written: str = "") -> None:
    """A playbook: as shipped, unless given."""
    shipped = written or (POLICIES / "playbooks" / f"{name}.yaml").read_text("utf-8")
    await put_document(database, "playbook", name, shipped)


def told(type_: str, customer: str, at: datetime, **data: Any) -> Event:
    """What a producer told of a customer."""
    return Event(
        id=f"{type_}-{at.isoformat()}-{customer}", source="shop", type=type_, subject=customer, time=at, data=data
    )


async def meet(
    connection: AsyncConnection,
    customer: str,
    at: datetime,
    *,
    purposes: tuple[str, ...] = ("care", "marketing", "research"),
    **profile: Any,
) -> None:
    """A customer with an email, a phone and consent on every channel."""
    events = [told("page.viewed", customer, at, identifiers={"email": EMAIL, "phone": PHONE})]
    for number, purpose in enumerate(purposes):
        said = {"purpose": purpose, "channel": "*"}
        events.append(told("consent.granted", customer, at + timedelta(seconds=number), consent=said))
    if profile:
        events.append(told("profile.updated", customer, at, profile=profile))
    await mirror_interactions(connection, events)


async def add_occasion(
    connection: AsyncConnection,
    playbook: str,
    customer: str,
    due_at: datetime,
    *,
    key: str = "k",
    step: int = 0,
    version: int = 1,
    at: datetime | None = None,
    valid_for: timedelta = timedelta(days=2),
    facts: Mapping[str, Any] | None = None,
) -> int:
    """An occasion that waits for a decision; its id."""
    row = await connection.execute(
        text(
            """
            INSERT INTO occasion (playbook, version, step, customer, key, at, due_at, valid_until, decide_at, facts)
            VALUES (:playbook, :version, :step, :customer, :key, :at, :due, :until, :due, CAST(:facts AS jsonb))
            RETURNING id
            """
        ),
        {
            "playbook": playbook,
            "version": version,
            "step": step,
            "customer": customer,
            "key": key,
            "at": at or due_at,
            "due": due_at,
            "until": due_at + valid_for,
            "facts": json.encode(facts or {}).decode(),
        },
    )
    return int(row.scalar_one())


async def decide_all(database: Database, now: datetime, deployment: Deployment | None = None) -> int:
    """Decide whatever is due at an instant."""
    at = deployment or deployment_of_tests()
    total = 0
    while True:
        async with database.transaction() as connection:
            decided = await decide_occasions(connection, deployment=at, limit=100, now=now)
        if not decided:
            return total
        total += decided


async def answers(database: Database, customer: str) -> list[tuple[int, str, str | None]]:
    """(occasion, decision, reason) of a customer, oldest first."""
    query = "SELECT occasion_id, decision, reason FROM decision WHERE customer = :customer ORDER BY id"
    async with database.transaction() as connection:
        return [tuple(row) for row in await connection.execute(text(query), {"customer": customer})]


async def rows(database: Database, query: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of a query as mappings."""
    async with database.transaction() as connection:
        return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]
