"""Which ids are one customer? Every service's alias table; chains are flattened when written (events.md section 2).

Rows keep their original subject: every read unions a customer and its aliases, so a merge moves nothing and an
unmerge deletes one row.
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_LINK = text(
    """
    INSERT INTO alias (alias, customer) VALUES (:alias, :customer)
    ON CONFLICT (alias) DO UPDATE SET customer = excluded.customer WHERE alias.customer <> excluded.customer
    """
)
_TARGET = text("SELECT customer FROM alias WHERE alias = :customer")
_FLATTEN = text("UPDATE alias SET customer = :customer WHERE customer = :alias")
_UNLINK = text("DELETE FROM alias WHERE alias = :alias AND customer = :customer")
_RESOLVE = text("SELECT alias, customer FROM alias WHERE alias = ANY(:ids)")
_MEMBERS = text("SELECT customer, alias FROM alias WHERE customer = ANY(:customers) ORDER BY customer, alias")


async def link(connection: AsyncConnection, *, alias: str, customer: str) -> str:
    """Make one id an alias of a customer; the canonical customer after flattening. A link to itself does nothing."""
    target = (await connection.execute(_TARGET, {"customer": customer})).scalar_one_or_none() or customer
    if target == alias:
        return target
    await connection.execute(_FLATTEN, {"alias": alias, "customer": target})
    await connection.execute(_LINK, {"alias": alias, "customer": target})
    return target


async def unlink(connection: AsyncConnection, *, alias: str, customer: str) -> None:
    """Take a link back; the alias is a customer of its own again."""
    await connection.execute(_UNLINK, {"alias": alias, "customer": customer})


async def canonical_ids(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """The canonical customer of each id; an id that is no alias is its own."""
    asked = list(dict.fromkeys(ids))
    found = dict.fromkeys(asked, "")
    found.update((await connection.execute(_RESOLVE, {"ids": asked})).all())
    return {own: customer or own for own, customer in found.items()}


async def resolve(connection: AsyncConnection, own: str) -> str:
    """The canonical customer of one id."""
    return (await canonical_ids(connection, [own]))[own]


async def members(connection: AsyncConnection, customers: Iterable[str]) -> dict[str, list[str]]:
    """For each canonical customer: itself and its aliases, itself first."""
    asked = list(dict.fromkeys(customers))
    united = {customer: [customer] for customer in asked}
    for customer, alias in await connection.execute(_MEMBERS, {"customers": asked}):
        united[customer].append(alias)
    return united
