"""What does a message need to know? Name, language and zone, the addresses, the last card, preferences, the facts.

Every read unites a customer with its aliases (`owners`: id -> customer); the address told last is the one to use.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.store.preferences import read_preferences

_PROFILES = text(
    """
    SELECT customer, field, CAST(value AS text) FROM profile_field
    WHERE customer = ANY(:ids) AND field IN ('name', 'language', 'zone') ORDER BY time, source, id
    """
)
_ADDRESSES = text("SELECT customer, kind, value FROM address WHERE customer = ANY(:ids) ORDER BY told_at, value")
_CARDS = text("SELECT customer, CAST(card AS text) FROM relationship WHERE customer = ANY(:ids) ORDER BY as_of, id")
_FACTS = text("SELECT id, CAST(facts AS text) FROM occasion WHERE id = ANY(:ids)")


@dataclass(slots=True, kw_only=True)
class Recipient:
    """One customer. `addresses`: kind of identifier -> value; `preferences`: key -> value."""

    profile: dict[str, Any] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    card: Mapping[str, Any] | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)


async def read_recipients(
    connection: AsyncConnection, owners: Mapping[str, str], *, today: date
) -> dict[str, Recipient]:
    """Customer -> what a message to it needs. In each read the last word comes last."""
    found = {customer: Recipient() for customer in owners.values()}
    ids = {"ids": list(owners)}
    for own, name, value in await connection.execute(_PROFILES, ids):
        found[owners[own]].profile[name] = None if value is None else json.decode(value)
    for own, kind, value in await connection.execute(_ADDRESSES, ids):
        found[owners[own]].addresses[kind] = value
    for own, card in await connection.execute(_CARDS, ids):
        found[owners[own]].card = json.decode(card)
    for customer, stated in (await read_preferences(connection, owners, today=today)).items():
        found[customer].preferences = {one.key: one.value for one in stated}
    return found


async def read_facts(connection: AsyncConnection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The facts of the occasions of some actions."""
    rows = await connection.execute(_FACTS, {"ids": list(ids)})
    return {id_: json.decode(facts) for id_, facts in rows}
