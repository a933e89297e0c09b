"""Which altered states are only behind: which count their older events as an earlier policy did?

A policy says which kinds an event counts as when it is applied; older events count by it only after a replay. So of a
state that nobody touched, what was recorded before some publication counts by other kinds than those in force, and the
rest by those of its own time. Tried are the newest few published policies whose kinds differ; what none of them makes
to the byte is drift.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import dropwhile
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.kind_table import KindTable
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.state.state import State
from scoring.store.audit_kinds import PublishedKinds, Recorded, read_published_kinds, read_recorded
from scoring.usecases.deployment import Deployment
from scoring.usecases.replay_history import replay_history

MOST_POLICIES: Final = 50
MOST_TERMS: Final = 4
UNDER_WAY: Final = timedelta(seconds=30)
"""Around a publication: a batch that began to be applied then may count by the kinds before or after it."""
MOST_BATCHES: Final = 8
MOST_REPLAYED: Final = 200_000
"""Events, beside those of each state's first try: some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Since when events counted by these kinds; `policy` is the one in force, with them for its own."""

    since: datetime
    policy: Policy


async def audit_older_kinds(
    connection: AsyncConnection, partition: int, altered: Collection[str], *, policy: Policy, deployment: Deployment
) -> set[str]:
    """Those of some altered states of a partition that an earlier policy left; writes nothing."""
    published = await read_published_kinds(connection, limit=MOST_POLICIES) if altered else []
    terms = terms_of(published, policy)
    if len(terms) < 2:
        return set()
    recorded = await read_recorded(connection, partition, altered)
    return await asyncio.to_thread(_behind, recorded, terms, deployment=deployment)


def terms_of(published: Iterable[PublishedKinds], policy: Policy) -> list[Term]:
    """The newest terms, that of the policy in force first; neighbours that count alike are one."""
    terms: list[Term] = []
    for one in dropwhile(lambda one: one.version != policy.version, published):
        try:
            kinds = KindTable.read(Section(one.kinds, "kinds"))
        except PolicyInvalid:  # of a release with other kinds: by it nothing can be counted any more
            continue
        if terms and _ways(kinds) == _ways(terms[-1].policy.kinds):
            terms[-1] = replace(terms[-1], since=one.published_at)
        elif len(terms) < MOST_TERMS:
            terms.append(Term(since=one.published_at, policy=replace(policy, kinds=kinds)))
        else:
            break
    return terms


def _ways(kinds: KindTable) -> tuple[object, object]:
    """All that decides which kinds an event counts as; what a kind is worth does not."""
    return {type_: rules.ways for type_, rules in kinds.rules.items()}, dict(kinds.detractor_at_most)


def _behind(recorded: Iterable[Recorded], terms: Sequence[Term], *, deployment: Deployment) -> set[str]:
    """Of each the likeliest way is tried, further ones as long as the transaction can wait for them."""
    found: set[str] = set()
    left = MOST_REPLAYED
    for one in recorded:
        for number, which in enumerate(dict.fromkeys(ways_to_count(one.times, [term.since for term in terms]))):
            if number:
                left -= len(one.events)
                if left < 0:
                    break
            if _counted(one, which, terms, deployment) == one.body:
                found.add(one.subject)
                break
    return found


def ways_to_count(times: Sequence[datetime], since: Sequence[datetime]) -> Iterator[tuple[int, ...]]:
    """By which term each event may have been counted, the likeliest first: before the begin of a term by another,
    from then on by those of their time. A version that was published twice tells of its last time only, so the term
    before is not always the one that is known.
    """
    for at, begin in enumerate(since):
        near = sorted({time for time in times if abs(time - begin) <= UNDER_WAY}, key=lambda time: abs(time - begin))
        for cut in (begin, *near[:MOST_BATCHES], begin + UNDER_WAY):
            for earlier in (*range(at + 1, len(since)), *range(at)):
                yield tuple(earlier if time < cut else min(at, _term_of(time, since)) for time in times)


def _term_of(time: datetime, since: Sequence[datetime]) -> int:
    return next((at for at, begin in enumerate(since) if time >= begin), len(since) - 1)


def _counted(one: Recorded, which: Sequence[int], terms: Sequence[Term], deployment: Deployment) -> bytes:
    parts: dict[int, list[bytes]] = {}
    for event, at in zip(one.events, which, strict=True):
        parts.setdefault(at, []).append(event)
    bodies = [replay_history(events, terms[at].policy, deployment).body for at, events in parts.items()]
    return State.union(map(State.decode, bodies)).encode()
