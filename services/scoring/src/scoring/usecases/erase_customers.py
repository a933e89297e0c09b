"""Whose data must go? Those whom ingest tells to be erased; what comes of them later has no effect and is not kept.

One event comes for the customer and for each alias, and each names them all: any of them erases every named id, in
whichever partition its state lies. A link in which an erased id stands is void, whenever it is told. So the end is the
same in every order, and the one of a fresh replay: the named ids, their events and their links count for nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import convert, json
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import IDENTITY_FACTS, follow_identity_facts, forget_links
from common.contracts.interactions import Erasure, Link
from common.events import Event, is_from_service
from scoring.store.erasure import (
    ERASURE,
    delete_events,
    delete_letters,
    delete_traces,
    find_buried,
    find_erased,
    hold_off_erasures,
    mark_erased,
)
from scoring.store.states import Standing
from scoring.usecases.deployment import Deployment


def erased_by(events: Iterable[Event]) -> set[str]:
    """The ids that services tell to be erased; raises msgspec.ValidationError."""
    told: set[str] = set()
    for event in events:
        if event.type == ERASURE and is_from_service(event):
            erasure = convert(event.data, Erasure)
            told.update((event.subject, erasure.customer, *erasure.aliases))
    return told


async def follow_facts(
    connection: AsyncConnection, facts: Iterable[Event], *, deployment: Deployment
) -> tuple[set[str], set[str]]:
    """Obey the links among some facts about ids; the ids to erase, and the others whose union changed."""
    heard = list(facts)
    erased = erased_by(heard)
    links = [event for event in heard if event.type in IDENTITY_FACTS]
    regrouped = await follow_identity_facts(connection, links)
    ends = {id_ for event in links for id_ in _ends(event)}
    void = erased | await find_erased(connection, {id_: deployment.partition_of(id_) for id_ in ends - erased})
    if void:
        regrouped |= await forget_links(connection, void)
    return erased, regrouped - void


def _ends(event: Event) -> tuple[str, ...]:
    if not is_from_service(event):
        return ()
    link = convert(event.data, Link)
    return link.alias, link.customer


async def erase_customers(
    connection: AsyncConnection, standings: Mapping[str, Standing], erased: Mapping[str, int]
) -> set[str]:
    """Erase ids, each with its partition, whose guards are taken; of the others look whether they were erased before.

    Answers all the erased among the standings. What was just put on the ledger of them goes again.
    """
    for id_ in erased:
        standings[id_].erase()
    gone = {id_ for id_, standing in standings.items() if standing.is_erased}
    if erased:
        await mark_erased(connection, erased)
        await delete_traces(connection, erased)
    if gone:
        await delete_events(connection, gone)
    return gone


async def without_erased(
    connection: AsyncConnection, result: Mapping[str, Any], *, deployment: Deployment
) -> Mapping[str, Any]:
    """What a long run found, to be kept by this transaction. Of who was erased since it read them the line stays,
    without the id, as `delete_traces` leaves it in the results of ended runs.
    """
    parts = json.encode(result).decode().split('"')
    await hold_off_erasures(connection)
    gone = await find_erased(connection, all_of(set(parts), deployment))
    if not gone:
        return result
    cleared: dict[str, Any] = json.decode('"'.join("erased" if part in gone else part for part in parts))
    return cleared


async def forget_late_letters(connection: AsyncConnection, deployment: Deployment) -> None:
    """Delete what came of erased ids after their erasure and could not be read: it was buried, the mark unasked."""
    buried = await find_buried(connection)
    gone = await find_erased(connection, all_of(buried, deployment)) if buried else set()
    if gone:
        await delete_letters(connection, gone)


def all_of(ids: Collection[str], deployment: Deployment) -> dict[str, int]:
    """Each id with its partition."""
    return {id_: deployment.partition_of(id_) for id_ in ids}
