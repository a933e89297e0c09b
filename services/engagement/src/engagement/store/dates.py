"""Which dates are known of customers? Birthday and zone, tier and stage, first and last contacts, of many at once.

Every read unites a customer with its aliases: `owners` says to which customer an id belongs.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

DATED_FIELDS: Final = ("birthday", "birthday_calendar", "lunar_leap", "zone")
"""The profile fields on which planned care rests."""

_PAGE = text(
    """
    SELECT customer FROM (
        (SELECT customer FROM relationship WHERE customer > :after ORDER BY customer LIMIT :limit)
        UNION (SELECT DISTINCT customer FROM profile_field WHERE customer > :after ORDER BY customer LIMIT :limit)
        UNION (SELECT DISTINCT customer FROM heard WHERE customer > :after ORDER BY customer LIMIT :limit)
    ) AS known ORDER BY customer LIMIT :limit
    """
)
_PROFILES = text(
    """
    SELECT customer, field, CAST(value AS text), time, source, id FROM profile_field
    WHERE customer = ANY(:ids) AND field = ANY(:fields)
    """
)
_STANDINGS = text(
    "SELECT customer, as_of, id, card ->> 'tier', card ->> 'stage' FROM relationship WHERE customer = ANY(:ids)"
)
_HEARD = text("SELECT customer, what, first_at, last_at FROM heard WHERE customer = ANY(:ids) AND what = ANY(:types)")


async def page_of_customers(connection: AsyncConnection, *, after: str, limit: int) -> list[str]:
    """The ids that anything is known of, in order."""
    return list((await connection.execute(_PAGE, {"after": after, "limit": limit})).scalars())


async def read_told(connection: AsyncConnection, owners: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Customer -> the profile fields that date care, the last writer's of each. `owners`: id -> customer."""
    last: dict[tuple[str, str], tuple[tuple[datetime, str, str], str | None]] = {}
    rows = await connection.execute(_PROFILES, {"ids": list(owners), "fields": list(DATED_FIELDS)})
    for id_, field, value, *version in rows:
        place, told = (owners[id_], field), ((version[0], version[1], version[2]), value)
        last[place] = max(last.get(place, told), told, key=lambda one: one[0])
    profiles: dict[str, dict[str, Any]] = {}
    for (customer, field), (_, value) in last.items():
        if value is not None:
            profiles.setdefault(customer, {})[field] = json.decode(value)
    return profiles


async def read_shown(
    connection: AsyncConnection, owners: Mapping[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    """Customer -> tier and stage of its last card."""
    last: dict[str, tuple[date, str, str | None, str | None]] = {}
    for id_, as_of, event, tier, stage in await connection.execute(_STANDINGS, {"ids": list(owners)}):
        told = (as_of, event, tier, stage)
        last[owners[id_]] = max(last.get(owners[id_], told), told, key=lambda one: one[:2])
    return {customer: (tier, stage) for customer, (_, _, tier, stage) in last.items()}


async def read_first_and_last(
    connection: AsyncConnection, owners: Mapping[str, str], types: Collection[str]
) -> dict[str, dict[str, tuple[datetime, datetime]]]:
    """Customer -> event type -> when it was heard first and last."""
    heard: dict[str, dict[str, tuple[datetime, datetime]]] = {}
    rows = await connection.execute(_HEARD, {"ids": list(owners), "types": sorted(types)})
    for id_, what, first_at, last_at in rows:
        known = heard.setdefault(owners[id_], {})
        first, last = known.get(what, (first_at, last_at))
        known[what] = min(first, first_at), max(last, last_at)
    return heard
