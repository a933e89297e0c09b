"""Are these subjects' states what the ledger makes of them? Compared byte for byte; else the replayed ones take over.

In the caller's transaction, under the guard of the partition: neither the consumer nor another writer of states is
between the comparison and the switch. Whose state changed is judged again with the cause `late`, and told of only if
something that is shown differs; a row that was lost is judged without telling, as nothing happened to its customer.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.rules import Rules
from scoring.store.dirty import Mark, mark_dirty
from scoring.store.erasure import mark_erased
from scoring.store.families import read_families
from scoring.store.histories import History, drop_states, read_histories, write_bodies
from scoring.store.state_cache import StateCache
from scoring.store.states import NOTHING
from scoring.usecases.audit_older_kinds import audit_older_kinds
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_quietly import judge_quietly
from scoring.usecases.replay_history import replay_history

LATE: Final = "late"


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Subjects by what is wrong with their row.

    `altered`, `older` and `lost` with the state of the ledger; `older`: as an earlier policy left it
    (audit_older_kinds.py). `surplus` has no events that add anything; `unmarked` was erased. `unreadable` counts events
    of no effect with this policy. `unjudged`: customers in other partitions whose aliases' rows were lost, to be judged
    quietly (judge_quietly.py).
    """

    events: int = 0
    unreadable: int = 0
    altered: dict[str, bytes] = field(default_factory=dict)
    older: dict[str, bytes] = field(default_factory=dict)
    lost: dict[str, bytes] = field(default_factory=dict)
    surplus: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    unjudged: set[str] = field(default_factory=set)

    @property
    def wrong(self) -> list[str]:
        """All of them, also what is only older."""
        return [*self.altered, *self.older, *self.lost, *self.surplus, *self.unmarked]


async def compare_histories(
    connection: AsyncConnection,
    partition: int,
    histories: Sequence[History],
    *,
    erased: Collection[str] = (),
    rules: Rules,
    deployment: Deployment,
) -> Comparison:
    """What is wrong with some rows of a partition; `erased` are ids of whom another's event tells that they were
    erased. Writes nothing.
    """
    found = await asyncio.to_thread(_compare, histories, erased=erased, policy=rules.policy, deployment=deployment)
    older = await audit_older_kinds(connection, partition, found.altered, policy=rules.policy, deployment=deployment)
    found.older = {subject: found.altered.pop(subject) for subject in sorted(older)}
    return found


def _compare(
    histories: Iterable[History], *, erased: Collection[str], policy: Policy, deployment: Deployment
) -> Comparison:
    found = Comparison()
    for one in histories:
        replayed = replay_history(one.events, policy, deployment)
        found.events += len(one.events)
        found.unreadable += replayed.unreadable
        if replayed.is_erased or one.is_erased or one.subject in erased:
            if not one.is_erased or one.body != NOTHING:
                found.unmarked.append(one.subject)
        elif one.body is None:
            if replayed.body != NOTHING:
                found.lost[one.subject] = replayed.body
        elif replayed.body == NOTHING:
            if one.body != NOTHING:
                found.surplus.append(one.subject)
        elif one.body != replayed.body:
            found.altered[one.subject] = replayed.body
    return found


async def rebuild_subjects(
    connection: AsyncConnection,
    partition: int,
    subjects: Sequence[str],
    *,
    erased: Collection[str] = (),
    deployment: Deployment,
    cache: StateCache,
) -> Comparison:
    """Rebuild the states of some subjects of one partition; what was wrong with them."""
    await cache.take(connection, [partition], as_owner=False)
    rules = await deployment.rules.in_force(connection)
    histories = await read_histories(connection, partition, subjects)
    found = await compare_histories(connection, partition, histories, erased=erased, rules=rules, deployment=deployment)
    if found.wrong:
        cache.forget()
        families = await read_families(connection, found.surplus)
        nobody = [one for one in found.surplus if not families.aliases_of(one)]
        bodies = {
            **found.altered,
            **found.older,
            **found.lost,
            **dict.fromkeys(set(found.surplus) - set(nobody), NOTHING),
        }
        await write_bodies(connection, partition, bodies)
        await drop_states(connection, partition, nobody)
        await mark_erased(connection, dict.fromkeys(found.unmarked, partition))
        await _judge_again(connection, partition, found, deployment=deployment, cache=cache)
    return found


async def _judge_again(
    connection: AsyncConnection, partition: int, found: Comparison, *, deployment: Deployment, cache: StateCache
) -> None:
    customers = await canonical_ids(connection, [*found.altered, *found.older, *found.surplus, *found.lost])
    changed = {customers[subject] for subject in (*found.altered, *found.older, *found.surplus)}
    restored = {customers[subject] for subject in found.lost} - changed
    found.unjudged = {one for one in restored if deployment.partition_of(one) != partition}
    await judge_quietly(connection, restored - found.unjudged, deployment=deployment, cache=cache)
    marks = [
        Mark(partition=deployment.partition_of(one), customer=one, cause=LATE, caused_by=()) for one in sorted(changed)
    ]
    await mark_dirty(connection, marks)
