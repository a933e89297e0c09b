"""Whose data must go? Those whom ingest tells to be erased, and whoever was erased before and is told of again.

One event comes for each alias and for the customer, in any order: each erases them all, and what comes late of an
erased id goes at the end of its batch.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from common.contracts.interactions import Erasure
from common.events import Event, is_from_service
from feedback.domain.case import abandon
from feedback.domain.erasure import CustomerErased, word_of
from feedback.store.cases import lock_cases_of, read_unclosed_cases
from feedback.store.database_clock import read_now
from feedback.store.erasure import erase, find_erased, lock_asks_of, remember_erased
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.end_cases import end_cases

ERASED: Final = "customer.erased"
WORD_BYTES: Final = 8

People = Sequence[frozenset[str]]
"""The ids of each person."""


async def hear_erasures(connection: AsyncConnection, events: Iterable[Event]) -> People:
    """The people among the subjects of some events who are erased, or were before; their asks are locked."""
    told = list(events)
    people = await _told_people(connection, told)
    new = frozenset().union(*people)
    if new:
        await remember_erased(connection, new)
    late = await find_erased(connection, {event.subject for event in told} - new)
    people += [frozenset([id_]) for id_ in sorted(late)]
    if people:
        await lock_asks_of(connection, new | late)
    return people


async def _told_people(connection: AsyncConnection, events: Iterable[Event]) -> list[frozenset[str]]:
    ids: dict[str, set[str]] = {}
    for event in events:
        if event.type == ERASED and is_from_service(event):
            erasure = convert(event.data, Erasure)
            ids.setdefault(erasure.customer, set()).update([event.subject, erasure.customer, *erasure.aliases])
    if not ids:
        return []
    families = await members(connection, (await canonical_ids(connection, ids)).values())
    for customer, canonical in (await canonical_ids(connection, ids)).items():
        ids[customer].update(families[canonical])
    return [frozenset(one) for one in ids.values()]


async def erase_customers(connection: AsyncConnection, people: People, *, desk: CaseDesk) -> None:
    """Close their cases, end their asks, delete their texts, notes and mirror rows; their numbers keep no name."""
    if not people:
        return
    now = await read_now(connection)
    every = frozenset().union(*people)
    await lock_cases_of(connection, every)
    cases = await read_unclosed_cases(connection, every)
    await end_cases(connection, [abandon(case, now) for case in cases], now=now, desk=desk)
    for ids in people:
        await erase(connection, ids, word_of(secrets.token_hex(WORD_BYTES)))


async def refuse_erased(connection: AsyncConnection, own: str) -> None:
    """Raises CustomerErased for an id that was erased."""
    if await find_erased(connection, [own]):
        raise CustomerErased(
            f"All data of {own} were erased on request, and nothing more is kept of that id: take it from your lists.",
            customer=own,
        )
