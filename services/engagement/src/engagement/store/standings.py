"""What is known of some customers, told by events? Profile, consents, addresses, cases and what was heard, at once.

Every read unites a customer with its aliases (`owners`: id -> customer): the last writer of a field, the strictest
consent, every address, any open case.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from asyncpg import Connection
from msgspec import json

from engagement.domain.consent import Statement
from engagement.store.contacts import Unions

FIELDS: Final = ("zone", "language", "tags")
BARRING_TAGS: Final = frozenset({"suppressed", "deceased", "test"})

_PROFILES = """
    SELECT customer, field, value::text, time, source, id FROM profile_field
    WHERE customer = ANY($1) AND field = ANY($2)
"""
_CONSENTS = "SELECT customer, purpose, channel, granted, time FROM consent WHERE customer = ANY($1)"
_ADDRESSES = "SELECT DISTINCT customer, kind FROM address WHERE customer = ANY($1)"
_CASES = "SELECT DISTINCT customer FROM care_case WHERE customer = ANY($1) AND closed_at IS NULL"
_HEARD = "SELECT customer, what, first_at, last_at FROM heard WHERE customer = ANY($1) AND what = ANY($2)"


@dataclass(slots=True, kw_only=True)
class Told:
    """What events told of one customer. `heard` and `first_heard`: last and first time by event type."""

    profile: dict[str, Any] = field(default_factory=dict)
    barred: bool = False
    statements: list[Statement] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    open_case: bool = False
    heard: dict[str, datetime] = field(default_factory=dict)
    first_heard: dict[str, datetime] = field(default_factory=dict)


async def read_told(raw: Connection, unions: Unions, *, types: Collection[str]) -> dict[str, Told]:
    """Customer -> what was told of it. `types`: the event types whose times matter."""
    told = {customer: Told() for customer in set(unions.owners.values())}
    await _read_profiles(raw, unions.owners, told)
    await _read_consents(raw, unions, told)
    await _read_addresses_and_cases(raw, unions.owners, told)
    await _read_heard(raw, unions.owners, told, types)
    return told


async def _read_profiles(raw: Connection, owners: Mapping[str, str], told: Mapping[str, Told]) -> None:
    """A tag of any id bars its customer; of the other fields the last word counts."""
    last: dict[tuple[str, str], tuple[Any, Any]] = {}
    for own, name, value, *version in await raw.fetch(_PROFILES, list(owners), list(FIELDS)):
        customer, decoded = owners[own], None if value is None else json.decode(value)
        if name == "tags" and BARRING_TAGS.intersection(decoded or ()):
            told[customer].barred = True
        place = (customer, name)
        if place not in last or last[place][0] < version:
            last[place] = (version, decoded)
    for (customer, name), (_, value) in last.items():
        told[customer].profile[name] = value


async def _read_consents(raw: Connection, unions: Unions, told: Mapping[str, Told]) -> None:
    for own, purpose, channel, granted, at in await raw.fetch(_CONSENTS, list(unions.owners)):
        told[unions.owners[own]].statements.append(
            Statement(
                subject=own,
                purpose=purpose,
                channel=channel,
                granted=granted,
                told_at=at,
                linked_at=unions.linked_at.get(own),
            )
        )


async def _read_addresses_and_cases(raw: Connection, owners: Mapping[str, str], told: Mapping[str, Told]) -> None:
    for own, kind in await raw.fetch(_ADDRESSES, list(owners)):
        told[owners[own]].addresses.add(kind)
    for (own,) in await raw.fetch(_CASES, list(owners)):
        told[owners[own]].open_case = True


async def _read_heard(
    raw: Connection, owners: Mapping[str, str], told: Mapping[str, Told], types: Collection[str]
) -> None:
    firsts: dict[str, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for own, what, first_at, last_at in await raw.fetch(_HEARD, list(owners), list(types)):
        known = told[owners[own]]
        known.heard[what] = max(last_at, known.heard.get(what, last_at))
        firsts[owners[own]][what].append(first_at)
    for customer, times in firsts.items():
        told[customer].first_heard = {what: min(at) for what, at in times.items()}
