"""How many customers are in each segment, tier or stage, and what are they worth? Stored, or recomputed for a day."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.arrays import known_on, pack
from scoring.domain.card import score
from scoring.domain.days import day_number
from scoring.domain.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.rules import Rules
from scoring.domain.state import State
from scoring.store.families import read_families
from scoring.store.standings import Count, Dimension, count_standings
from scoring.store.states import read_evaluated, read_standings
from scoring.usecases.deployment import Deployment

VALUES: Final[dict[Dimension, Sequence[str]]] = {"segment": SEGMENTS, "tier": TIERS, "stage": STAGES}
PAGE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every value of the dimension, highest first."""

    as_of: date
    counts: list[Count]


async def report_standings(
    connection: AsyncConnection, dimension: Dimension, *, as_of: date | None, deployment: Deployment
) -> Report:
    """Counts and 12-month net money by value; without a day from the last evaluation of each customer.

    A past day counts the customers of whom anything was known by then.
    """
    if as_of is None:
        day, stored = await count_standings(connection, dimension)
        found = {count.value: count for count in stored}
        as_of = day or deployment.today()
    else:
        rules = await deployment.rules.in_force(connection)
        found = await _recount(connection, dimension, as_of=as_of, rules=rules, deployment=deployment)
    return Report(
        as_of=as_of,
        counts=[
            found.get(value, Count(value=value, customers=0, monetary_minor=0)) for value in reversed(VALUES[dimension])
        ],
    )


async def _recount(
    connection: AsyncConnection, dimension: Dimension, *, as_of: date, rules: Rules, deployment: Deployment
) -> dict[str, Count]:
    customers, money = dict.fromkeys(VALUES[dimension], 0), dict.fromkeys(VALUES[dimension], 0)
    async for bodies in _bodies(connection, deployment):
        arrays = pack(bodies)
        columns = score(arrays, as_of, rules.policy, rules.thresholds)
        known = known_on(arrays, day_number(as_of))
        shown = {"segment": columns.segment, "tier": columns.tier, "stage": columns.stage}
        places = shown[dimension][known].tolist()
        for place, minor in zip(places, columns.monetary_minor[known].tolist(), strict=True):
            value = VALUES[dimension][place]
            customers[value] += 1
            money[value] += minor
    return {
        value: Count(value=value, customers=customers[value], monetary_minor=money[value])
        for value in VALUES[dimension]
    }


async def _bodies(connection: AsyncConnection, deployment: Deployment) -> AsyncIterator[list[bytes]]:
    """The united states of all customers, page by page."""
    for partition in range(deployment.partitions):
        after = ""
        while page := await read_evaluated(connection, partition=partition, after=after, limit=PAGE):
            after = page[-1][0]
            subjects = [subject for subject, _ in page]
            families = await read_families(connection, subjects)
            own = [subject for subject in subjects if families.customer_of(subject) == subject]
            aliases = {alias for subject in own for alias in families.aliases_of(subject)}
            standings = await read_standings(
                connection, {subject: deployment.partition_of(subject) for subject in [*own, *sorted(aliases)]}
            )
            yield [
                State.union(
                    standings[one].state for one in (subject, *families.aliases_of(subject)) if one in standings
                ).encode()
                if families.aliases_of(subject)
                else standings[subject].state.encode()
                for subject in own
            ]
