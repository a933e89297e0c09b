"""Who is whom, as stored: ids that named somebody, alias rows, and the journal of links.

Everything is read and written for a whole batch at once. Whoever writes holds the linking lock to the end of the
transaction, so that two workers never join the same person in two ways, and journal ids rise in commit order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from ingest.domain.identity import People, Person

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('ingest link'))")
_SEE = text(
    """
    INSERT INTO identity (own, kind, first_seen_at, was_subject)
    SELECT * FROM unnest(CAST(:owns AS text[]), CAST(:kinds AS text[]), CAST(:times AS timestamptz[]),
                         CAST(:subjects AS boolean[]))
    ON CONFLICT (own) DO UPDATE
    SET kind = coalesce(identity.kind, excluded.kind), was_subject = identity.was_subject OR excluded.was_subject,
        first_seen_at = least(identity.first_seen_at, excluded.first_seen_at)
    WHERE (identity.kind IS NULL AND excluded.kind IS NOT NULL) OR (excluded.was_subject AND NOT identity.was_subject)
    """
)
_IDENTITIES = text("SELECT own, kind, first_seen_at, was_subject FROM identity WHERE own = ANY(:owns)")
_JOURNAL = text(
    """
    INSERT INTO link (alias, customer, kind, type, cause_source, cause_id)
    SELECT * FROM unnest(CAST(:aliases AS text[]), CAST(:customers AS text[]), CAST(:kinds AS text[]),
                         CAST(:types AS text[]), CAST(:sources AS text[]), CAST(:ids AS text[]))
    RETURNING id
    """
)
_MOVE = text(
    """
    INSERT INTO alias (alias, customer)
    SELECT * FROM unnest(CAST(:aliases AS text[]), CAST(:customers AS text[]))
    ON CONFLICT (alias) DO UPDATE SET customer = excluded.customer
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An id that an event named; `kind` is None for a bare canonical id."""

    own: str
    kind: str | None
    at: datetime
    was_subject: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One line of the journal; `type` is identity.linked or customer.merged."""

    alias: str
    customer: str
    kind: str
    type: str
    cause_source: str
    cause_id: str


async def lock_links(connection: AsyncConnection) -> None:
    """Be the only one who links until this transaction ends."""
    await connection.execute(_LOCK)


async def see(connection: AsyncConnection, seen: Iterable[Seen]) -> None:
    """Remember ids; a first time stays, a kind and having been a subject are added."""
    rows = sorted(seen, key=lambda one: one.own)
    await connection.execute(
        _SEE,
        {
            "owns": [one.own for one in rows],
            "kinds": [one.kind for one in rows],
            "times": [one.at for one in rows],
            "subjects": [one.was_subject for one in rows],
        },
    )


async def identities(connection: AsyncConnection, owns: Iterable[str]) -> dict[str, Seen]:
    """What is known of each id."""
    rows = (await connection.execute(_IDENTITIES, {"owns": list(owns)})).all()
    return {own: Seen(own=own, kind=kind, at=at, was_subject=was) for own, kind, at, was in rows}


async def people_of(connection: AsyncConnection, owns: Iterable[str]) -> tuple[People, dict[str, Seen]]:
    """The persons behind ids, with the kinds of all that is linked to them; and what is known of every id of theirs."""
    roots = await canonical_ids(connection, owns)
    united = await members(connection, roots.values())
    known = await identities(connection, [own for ids in united.values() for own in ids])
    persons = []
    for root, ids in united.items():
        kinds = Counter(kind for own in ids if own in known and (kind := known[own].kind) is not None)
        persons.append((Person(root=root, kinds=kinds), ids))
    return People(persons), known


async def write_links(connection: AsyncConnection, links: Sequence[Link], moved: Mapping[str, str]) -> list[int]:
    """Write the journal's lines and point every alias at its customer; the lines' ids in order."""
    rows = await connection.execute(
        _JOURNAL,
        {
            "aliases": [link.alias for link in links],
            "customers": [link.customer for link in links],
            "kinds": [link.kind for link in links],
            "types": [link.type for link in links],
            "sources": [link.cause_source for link in links],
            "ids": [link.cause_id for link in links],
        },
    )
    ids = sorted(rows.scalars())
    await connection.execute(_MOVE, {"aliases": list(moved), "customers": list(moved.values())})
    return ids
