"""Are these customers' rows right: is the state what the ledger makes, and what is shown what the state makes?

States are compared under one snapshot, so a running consumer disturbs nothing. What is shown is computed anew as of the
day of the last evaluation by the rules in force; a customer who waits to be judged again is left for another time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.card import score
from scoring.domain.changes import published
from scoring.domain.policy.rules import Rules
from scoring.domain.state.arrays import pack
from scoring.domain.state.state import State
from scoring.store.audit import find_marked, is_rejudging
from scoring.store.families import Families, read_families
from scoring.store.histories import History, read_histories
from scoring.store.state_cache import StateCache
from scoring.store.states import read_standings
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_customers import shown_values
from scoring.usecases.judge_quietly import judge_quietly
from scoring.usecases.rebuild_subjects import Comparison, compare_histories


@dataclass(slots=True, kw_only=True)
class Audited:
    """What is wrong: rows against the ledger, and customers whose shown columns are not what their state makes."""

    states: Comparison = field(default_factory=Comparison)
    shown: list[str] = field(default_factory=list)


async def audit_subjects(
    connection: AsyncConnection, partition: int, subjects: Sequence[str], *, deployment: Deployment
) -> Audited:
    """Look at some subjects of one partition; writes nothing."""
    rules = await deployment.rules.in_force(connection)
    histories = await read_histories(connection, partition, subjects)
    states = await compare_histories(connection, partition, histories, rules=rules, deployment=deployment)
    sound = [one for one in histories if one.subject not in set(states.wrong)]
    return Audited(states=states, shown=await _wrongly_shown(connection, sound, rules=rules, deployment=deployment))


async def repair_shown(
    connection: AsyncConnection, partition: int, customers: Sequence[str], *, deployment: Deployment, cache: StateCache
) -> list[str]:
    """Look again under the guard of the partition, and write what is shown anew; whom that was necessary for."""
    await cache.take(connection, [partition], as_owner=False)
    rules = await deployment.rules.in_force(connection)
    histories = await read_histories(connection, partition, customers)
    wrong = await _wrongly_shown(connection, histories, rules=rules, deployment=deployment)
    cache.forget()
    await judge_quietly(connection, wrong, deployment=deployment, cache=cache)
    return wrong


async def _wrongly_shown(
    connection: AsyncConnection, histories: Sequence[History], *, rules: Rules, deployment: Deployment
) -> list[str]:
    families = await read_families(connection, [one.subject for one in histories])
    by_day: dict[date, list[History]] = {}
    for one in histories:
        if one.evaluated_on is not None and not one.is_erased and families.customer_of(one.subject) == one.subject:
            by_day.setdefault(one.evaluated_on, []).append(one)
    if not by_day or await is_rejudging(connection):
        return []
    wrong: list[str] = []
    for day, group in by_day.items():
        bodies = await _united(connection, group, families, deployment)
        stands = await asyncio.to_thread(_judged, bodies, day, rules)
        wrong += [one.subject for one, stand in zip(group, stands, strict=True) if (one.published, one.shown) != stand]
    marked = await find_marked(connection, wrong) if wrong else set()
    return [one for one in wrong if one not in marked]


def _judged(bodies: Sequence[bytes], day: date, rules: Rules) -> list[tuple[object, object]]:
    """What is to be published and shown of each state."""
    columns = score(pack(bodies), day, rules.policy, rules.thresholds)
    return list(zip(published(columns), shown_values(columns), strict=True))


async def _united(
    connection: AsyncConnection, group: Sequence[History], families: Families, deployment: Deployment
) -> list[bytes]:
    aliases = {alias for one in group for alias in families.aliases_of(one.subject)}
    others = await read_standings(connection, {alias: deployment.partition_of(alias) for alias in sorted(aliases)})
    return [
        _union(one, [others[each].state for each in families.aliases_of(one.subject) if each in others])
        for one in group
    ]


def _union(one: History, aliases: Sequence[State]) -> bytes:
    body = one.body or b""
    return State.union((State.decode(body), *aliases)).encode() if aliases else body
