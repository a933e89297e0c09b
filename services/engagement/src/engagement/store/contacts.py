"""Who may decide for a customer now? The holder of the row locks of all its ids, taken in the order of the ids.

Whoever decides, sends, takes a consent back or merges holds them until its transaction ends, so that what it read is
still true when it commits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ALIASES = text("SELECT alias, customer, linked_at FROM alias WHERE customer = ANY(:customers)")
_CANONICAL = text("SELECT alias, customer FROM alias WHERE alias = ANY(:ids)")
_ADD = text(
    "INSERT INTO contact (customer) SELECT id FROM unnest(CAST(:ids AS text[])) AS id ORDER BY id "
    "ON CONFLICT DO NOTHING"
)
_LOCK = text("SELECT customer FROM contact WHERE customer = ANY(:ids) ORDER BY customer FOR UPDATE")
_LOCK_FREE = text("SELECT customer FROM contact WHERE customer = ANY(:ids) ORDER BY customer FOR UPDATE SKIP LOCKED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unions:
    """`owners`: every id of some customers -> its canonical customer; `linked_at`: alias -> since when it is one."""

    owners: Mapping[str, str]
    linked_at: Mapping[str, datetime] = field(default_factory=dict)


async def read_unions(connection: AsyncConnection, ids: Collection[str]) -> Unions:
    """The customers that some ids belong to, with all the ids of each."""
    found: dict[str, str] = dict((await connection.execute(_CANONICAL, {"ids": list(ids)})).all())
    customers = {found.get(own, own) for own in ids}
    owners, linked_at = {customer: customer for customer in customers}, {}
    for alias, customer, at in await connection.execute(_ALIASES, {"customers": list(customers)}):
        owners[alias], linked_at[alias] = customer, at
    return Unions(owners=owners, linked_at=linked_at)


async def lock_contacts(connection: AsyncConnection, ids: Collection[str], *, wait: bool) -> set[str]:
    """Lock the contact rows of some ids, in their order; those that do not exist yet are made. The ids locked."""
    if not ids:
        return set()
    wanted = {"ids": sorted(ids)}
    await connection.execute(_ADD, wanted)
    return set((await connection.execute(_LOCK if wait else _LOCK_FREE, wanted)).scalars())


async def lock_customers(connection: AsyncConnection, ids: Collection[str], *, wait: bool = True) -> Unions:
    """Lock the customers that some ids belong to, and say who they are.

    Left out are those that somebody else holds, unless this is to wait for them; and where a merge was committed
    meanwhile, those whose ids are others than the ones that were locked.
    """
    before = await read_unions(connection, ids)
    held = await lock_contacts(connection, before.owners.keys(), wait=wait)
    after = await read_unions(connection, ids)
    locked = _members(before)
    kept = {customer for customer, union in _members(after).items() if locked.get(customer) == union and union <= held}
    owners = {own: customer for own, customer in after.owners.items() if customer in kept}
    return Unions(owners=owners, linked_at=after.linked_at)


def _members(unions: Unions) -> dict[str, set[str]]:
    united: dict[str, set[str]] = {}
    for own, customer in unions.owners.items():
        united.setdefault(customer, set()).add(own)
    return united
