"""Who are all customers, with everything that is known of each? The whole base page by page, aliases united.

Memory is bounded by a page, and work on a page belongs in a thread, so that the loop goes on answering others.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Unavailable
from scoring.domain.state.state import State
from scoring.store.bodies import read_bodies
from scoring.store.families import read_families
from scoring.store.states import read_standings
from scoring.usecases.deployment import Deployment

PAGE: Final = 2_000


class BaseBusy(Unavailable):
    """As many requests as may be are reading the whole base already."""

    code = "base_busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePage:
    """Canonical customers and their encoded states, in the same order."""

    customers: list[str]
    bodies: list[bytes]


Place = tuple[int, str]
"""A partition, and the last subject of it that was read."""

START: Final[Place] = (0, "")


async def read_base(
    connection: AsyncConnection, *, deployment: Deployment, size: int = PAGE
) -> AsyncIterator[BasePage]:
    """Every customer once, by partition and id, for a request; raises BaseBusy. Pages of aliases only are left out."""
    if deployment.walks.locked():
        raise BaseBusy("Other requests are judging the whole base anew: ask again in some seconds.", retry_after=5)
    async with deployment.walks:
        place: Place | None = START
        while place is not None:
            page, place = await read_base_page(connection, place, deployment=deployment, size=size)
            if page.customers:
                yield page


async def read_base_page(
    connection: AsyncConnection, place: Place, *, deployment: Deployment, size: int = PAGE
) -> tuple[BasePage, Place | None]:
    """The page after a place, and the place after the page: None when it was the last."""
    partition, after = place
    rows = await read_bodies(connection, partition=partition, after=after, limit=size)
    page = await _united(connection, dict(rows), deployment)
    if len(rows) == size:
        return page, (partition, rows[-1][0])
    return page, (partition + 1, "") if partition + 1 < deployment.partitions else None


async def read_some(connection: AsyncConnection, customers: Sequence[str], *, deployment: Deployment) -> BasePage:
    """The page of some canonical customers, in their order."""
    found = await read_standings(connection, {each: deployment.partition_of(each) for each in customers})
    bodies = {each: found[each].state.encode() for each in customers if each in found}
    return await _united(connection, bodies, deployment)


async def _united(connection: AsyncConnection, bodies: dict[str, bytes], deployment: Deployment) -> BasePage:
    families = await read_families(connection, bodies)
    if families.are_empty:
        return BasePage(customers=list(bodies), bodies=list(bodies.values()))
    own = [subject for subject in bodies if families.customer_of(subject) == subject]
    elsewhere = {alias for subject in own for alias in families.aliases_of(subject) if alias not in bodies}
    found = await read_standings(connection, {each: deployment.partition_of(each) for each in sorted(elsewhere)})
    whole = bodies | {alias: standing.state.encode() for alias, standing in found.items()}
    return BasePage(customers=own, bodies=[_union(whole, subject, families.aliases_of(subject)) for subject in own])


def _union(bodies: dict[str, bytes], subject: str, aliases: list[str]) -> bytes:
    if not aliases:
        return bodies[subject]
    return State.union(State.decode(bodies[one]) for one in (subject, *aliases) if one in bodies).encode()
