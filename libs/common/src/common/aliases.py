"""Which ids are one customer? Every service's alias table, derived from what ingest told (events.md section 2).

`alias_fact` keeps the last fact of each pair; `alias` is computed from it with chains flattened, so facts that come
twice, late or in another order give the same table, and an unmerge gives the alias back with aliases of its own.
Rows of customers keep their original subject: every read unions a customer and its aliases.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from msgspec import convert
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Link
from common.events import Event, is_from_service

IDENTITY_FACTS: Final = {"identity.linked": True, "customer.merged": True, "customer.unmerged": False}
"""Whether a fact links or takes a link back."""

_Version = tuple[datetime, str, str, bool]
_Link = tuple[str, datetime]

_REMEMBER = text(
    """
    INSERT INTO alias_fact AS known (alias, customer, time, source, id, linked)
    SELECT * FROM unnest(CAST(:alias AS text[]), CAST(:customer AS text[]), CAST(:time AS timestamptz[]),
                         CAST(:source AS text[]), CAST(:id AS text[]), CAST(:linked AS boolean[]))
    ON CONFLICT (alias, customer) DO UPDATE
    SET time = excluded.time, source = excluded.source, id = excluded.id, linked = excluded.linked
    WHERE (known.time, known.source, known.id) < (excluded.time, excluded.source, excluded.id)
    RETURNING alias, customer
    """
)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('guanxi aliases'))")
_LINKS_AROUND = text(
    """
    WITH RECURSIVE near(id) AS (
        SELECT unnest(CAST(:ids AS text[]))
        UNION
        SELECT CASE fact.alias WHEN near.id THEN fact.customer ELSE fact.alias END
        FROM near JOIN alias_fact fact ON fact.linked AND (fact.alias = near.id OR fact.customer = near.id)
    )
    SELECT fact.alias, fact.customer, fact.time FROM near JOIN alias_fact fact ON fact.alias = near.id
    WHERE fact.linked ORDER BY fact.time, fact.source, fact.id
    """
)
_FORGET = text("DELETE FROM alias_fact WHERE alias = ANY(:ids) OR customer = ANY(:ids) RETURNING alias, customer")
_DROP = text("DELETE FROM alias WHERE alias = ANY(:aliases)")
_PUT = text(
    """
    INSERT INTO alias (alias, customer, linked_at)
    SELECT * FROM unnest(CAST(:aliases AS text[]), CAST(:customers AS text[]), CAST(:linked_ats AS timestamptz[]))
    ON CONFLICT (alias) DO UPDATE SET customer = excluded.customer, linked_at = excluded.linked_at
    """
)
_READ = text("SELECT alias, customer, linked_at FROM alias WHERE alias = ANY(:aliases)")
_RESOLVE = text("SELECT alias, customer FROM alias WHERE alias = ANY(:ids)")
_ALIASES = text("SELECT alias, linked_at FROM alias WHERE customer = :customer ORDER BY alias")
_MEMBERS = text("SELECT customer, alias FROM alias WHERE customer = ANY(:customers) ORDER BY customer, alias")


async def follow_identity_facts(connection: AsyncConnection, events: Iterable[Event]) -> set[str]:
    """Obey the identity facts of `guanxi.*` sources among some events; the others are left alone.

    Answers the ids whose union changed: aliases that moved, with the customers that lost or gained them. Call it
    before writing other rows: from the first change on, one transaction at a time passes.
    """
    told: dict[tuple[str, str], _Version] = {}
    for event in events:
        if event.type in IDENTITY_FACTS and is_from_service(event):
            fact = convert(event.data, Link)
            version = (event.time, event.source, event.id, IDENTITY_FACTS[event.type])
            told[fact.alias, fact.customer] = max(version, told.get((fact.alias, fact.customer), version))
    rows = [(*pair, *version) for pair, version in sorted(told.items()) if pair[0] != pair[1]]
    if not rows:
        return set()
    names = ("alias", "customer", "time", "source", "id", "linked")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    news = {id_ for pair in await connection.execute(_REMEMBER, columns) for id_ in pair}
    return await _flatten_around(connection, news) if news else set()


async def forget_links(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Forget every link in which some ids stand; answers the ids whose union changed. Call it before writing others."""
    await connection.execute(_ONE_AT_A_TIME)
    ends = {id_ for pair in await connection.execute(_FORGET, {"ids": sorted(ids)}) for id_ in pair}
    return await _flatten_around(connection, ends) if ends else set()


async def _flatten_around(connection: AsyncConnection, ids: set[str]) -> set[str]:
    await connection.execute(_ONE_AT_A_TIME)
    links = [(alias, (to, at)) for alias, to, at in await connection.execute(_LINKS_AROUND, {"ids": sorted(ids)})]
    touched = ids.union(*((alias, customer) for alias, (customer, _) in links))
    rows = await connection.execute(_READ, {"aliases": sorted(touched)})
    before: dict[str, _Link] = {alias: (customer, linked_at) for alias, customer, linked_at in rows}
    after = flatten(links)
    gone = sorted(before.keys() - after.keys())
    new = sorted(alias for alias, link in after.items() if before.get(alias) != link)
    if gone:
        await connection.execute(_DROP, {"aliases": gone})
    if new:
        customers, linked_ats = zip(*(after[alias] for alias in new), strict=True)
        await connection.execute(_PUT, {"aliases": new, "customers": list(customers), "linked_ats": list(linked_ats)})
    changed = [alias for alias in (*gone, *new) if _customer(before, alias) != _customer(after, alias)]
    return {id_ for alias in changed for id_ in (alias, _customer(before, alias), _customer(after, alias))}


def _customer(links: dict[str, _Link], id_: str) -> str:
    return links[id_][0] if id_ in links else id_


def flatten(links: Iterable[tuple[str, _Link]]) -> dict[str, _Link]:
    """The canonical customer of each alias and since when they are one, from told links, oldest first.

    An alias follows its newest link; a link that would close a circle is refused. At the end of a chain "since" is
    the time of the chain's latest link.
    """
    newest: dict[str, _Link] = {}
    for alias, link in links:
        newest.pop(alias, None)
        newest[alias] = link
    parents: dict[str, _Link] = {}
    for alias, link in newest.items():
        if _end(parents, link)[0] != alias:
            parents[alias] = link
    return {alias: _end(parents, link) for alias, link in parents.items()}


def _end(parents: dict[str, _Link], link: _Link) -> _Link:
    customer, since = link
    while customer in parents:
        customer, at = parents[customer]
        since = max(since, at)
    return customer, since


async def canonical_ids(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """The canonical customer of each id; an id that is no alias is its own."""
    asked = list(dict.fromkeys(ids))
    found: dict[str, str] = dict((await connection.execute(_RESOLVE, {"ids": asked})).all())
    return {own: found.get(own, own) for own in asked}


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


async def aliases_since(connection: AsyncConnection, customer: str) -> dict[str, datetime]:
    """The aliases of a canonical customer and since when (event time) each is one with it."""
    return dict((await connection.execute(_ALIASES, {"customer": customer})).all())
