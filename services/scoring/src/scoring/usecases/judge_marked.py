"""Which marked customers stand elsewhere now? Takes marks and judges their customers, in the caller's transaction."""

from collections.abc import Iterable, Set
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids
from common.database import driver
from scoring.store.dirty import Mark, claim_dirty
from scoring.store.families import read_families
from scoring.store.outbox import queue_messages
from scoring.store.state_cache import StateCache, Taken
from scoring.store.states import NEVER, drop_empty, read_standings, write_states
from scoring.store.transitions import store_transitions
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_customers import Candidate, judge_customers

_WEIGHT: Final = ("late", "merge", "event")
"""Of several causes the one that stands last here is told."""


async def judge_marked(connection: AsyncConnection, *, deployment: Deployment, cache: StateCache) -> int:
    """Judge every customer with a mark; how many marks were taken."""
    marks = await claim_dirty(connection, cache.worker)
    if not marks:
        return 0
    canonical = await canonical_ids(connection, [mark.customer for mark in marks])
    taken = await cache.take(connection, {deployment.partition_of(one) for one in canonical.values()}, as_owner=False)
    by_customer: dict[str, list[Mark]] = {}
    for mark in marks:
        by_customer.setdefault(canonical[mark.customer], []).append(mark)
    candidates = await unite(connection, by_customer, cause="late", taken=taken, deployment=deployment)
    for candidate in candidates:
        told = by_customer[candidate.customer]
        candidate.cause = max((mark.cause for mark in told), key=_WEIGHT.index)
        candidate.caused_by = [name for mark in told for name in mark.caused_by]
    await _drop_the_unknown(connection, by_customer.keys() - {one.customer for one in candidates}, taken, deployment)
    rules = await deployment.rules.in_force(connection)
    rows, messages, transitions = judge_customers(
        candidates, today=deployment.today(), now=deployment.now(), rules=rules, currency=deployment.currency
    )
    raw = await driver(connection)
    await write_states(raw, rows)
    await queue_messages(raw, messages)
    await store_transitions(raw, transitions)
    return len(marks)


async def _drop_the_unknown(
    connection: AsyncConnection, customers: Set[str], taken: Taken, deployment: Deployment
) -> None:
    """Who was a customer by its aliases only, and has none any more, is as before: nobody."""
    if not customers:
        return
    partitions = {customer: deployment.partition_of(customer) for customer in sorted(customers)}
    for standing in (await taken.load(connection, partitions)).values():
        standing.published, standing.evaluated = None, NEVER
    await drop_empty(connection, partitions)


async def unite(
    connection: AsyncConnection, customers: Iterable[str], *, cause: str, taken: Taken, deployment: Deployment
) -> list[Candidate]:
    """Candidates of customers in taken partitions, united with their aliases; those without any state left out."""
    partitions = {customer: deployment.partition_of(customer) for customer in customers}
    standings = await taken.load(connection, partitions)
    families = await read_families(connection, partitions)
    aliases = {one: deployment.partition_of(one) for customer in partitions for one in families.aliases_of(customer)}
    others = await read_standings(connection, aliases)
    found = []
    for customer, standing in standings.items():
        united = [others[alias].state for alias in families.aliases_of(customer) if alias in others]
        if united or standing.is_known:
            candidate = Candidate(customer, partitions[customer], standing, cause)
            candidate.aliases = united
            found.append(candidate)
    return found
