"""Which ids became one customer by what these events tell? (events.md section 2)

Each weaker identifier's own id becomes an alias of the strongest one's customer, within the limits of
domain/identity.py. Every link is a line of the journal and two facts on the log, one a subject.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Link as LinkFact
from common.events import INTERACTIONS, Event, encode_event
from common.outbox import add_to_outbox
from ingest.domain.identity import Named, People
from ingest.store.links import Link, Seen, lock_links, people_of, see, write_links

SOURCE = "guanxi.ingest"
LINKED = "identity.linked"
MERGED = "customer.merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One event and the ids by which it names its customer, strongest first."""

    source: str
    id: str
    subject: str
    at: datetime
    named: tuple[Named, ...]


async def link_identifiers(connection: AsyncConnection, mentions: Sequence[Mention], *, partitions: int) -> None:
    """Remember the ids and link them, in the order of the events."""
    subjects = {mention.subject for mention in mentions}
    if all(len(mention.named) == 1 for mention in mentions):
        await see(connection, _seen(mentions, subjects))
        return
    await lock_links(connection)
    owns = dict.fromkeys(one.own for mention in mentions for one in mention.named)
    people, known = await people_of(connection, owns)
    links = _join(people, mentions, known)
    await see(connection, _seen(mentions, subjects))
    if links:
        ids = await write_links(connection, [link for link, _ in links], people.moved())
        facts = [fact for line, (link, at) in zip(ids, links, strict=True) for fact in _facts(line, link, at)]
        await add_to_outbox(connection, INTERACTIONS, facts, partitions=partitions)


def _join(people: People, mentions: Sequence[Mention], known: Mapping[str, Seen]) -> list[tuple[Link, datetime]]:
    """Every link that the events tell, in their order, with the time of its cause.

    Events of several partitions stand in no order, so a subject anywhere in the batch counts as one before.
    """
    subjects = {own for own, seen in known.items() if seen.was_subject} | {mention.subject for mention in mentions}
    kinds = {own: seen.kind for own, seen in known.items() if seen.kind is not None}
    _count_new_kinds(people, mentions, kinds)
    links = []
    for mention in mentions:
        for join in people.join(mention.named):
            link = Link(
                alias=join.alias,
                customer=join.customer,
                kind=kinds.get(join.alias, "unknown"),
                type=MERGED if join.alias in subjects else LINKED,
                cause_source=mention.source,
                cause_id=mention.id,
            )
            links.append((link, mention.at))
    return links


def _count_new_kinds(people: People, mentions: Sequence[Mention], kinds: dict[str, str]) -> None:
    """Tell each person of the identifiers that were not known before."""
    for mention in mentions:
        for one in mention.named:
            if one.kind is not None and one.own not in kinds:
                kinds[one.own] = one.kind
                people.person(one.own).kinds[one.kind] += 1


def _seen(mentions: Sequence[Mention], subjects: set[str]) -> list[Seen]:
    first: dict[str, Seen] = {}
    for mention in mentions:
        for one in mention.named:
            before = first.get(one.own)
            first[one.own] = Seen(
                own=one.own,
                kind=one.kind or (before.kind if before else None),
                at=min(before.at, mention.at) if before else mention.at,
                was_subject=one.own in subjects,
            )
    return list(first.values())


def _facts(line: int, link: Link, at: datetime) -> list[tuple[str, bytes]]:
    """The same fact with the alias and with the customer as its subject."""
    merge_id = f"lnk_{line}" if link.type == MERGED else None
    data = to_builtins(LinkFact(alias=link.alias, customer=link.customer, kind=link.kind, merge_id=merge_id))
    facts = []
    for role, subject in (("alias", link.alias), ("customer", link.customer)):
        event = Event(
            id=f"lnk_{line}:{role}",
            source=SOURCE,
            type=link.type,
            subject=subject,
            time=at,
            recordedtime=at,
            data=data,
        )
        facts.append((subject, encode_event(event)))
    return facts
