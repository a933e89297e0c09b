"""What does a batch of events do? Ledger, states, marks, evaluation and messages, in the caller's one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import IDENTITY_FACTS, follow_identity_facts
from common.database import driver
from common.dead_letters import Received
from common.events import Event
from scoring.domain.changes import cause
from scoring.domain.days import day_number, local_day
from scoring.domain.effects import Effect, effects
from scoring.domain.policy import Policy
from scoring.store.dirty import Mark, mark_dirty
from scoring.store.families import Families, read_families
from scoring.store.ledger import store_events
from scoring.store.outbox import queue_messages
from scoring.store.state_cache import StateCache
from scoring.store.states import NOT_SHOWN, Row, Standing, encoded_row, read_standings, write_states
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_customers import MOST_CAUSES, Candidate, judge_customers

BOOKKEEPING: Final = frozenset({*IDENTITY_FACTS, "customer.erased"})
"""Facts about ids from guanxi's own services: on the ledger, but nothing that the customer did."""

MERGE: Final = "merge"


def is_bookkeeping(event: Event) -> bool:
    """Whether an event tells about ids only; from a producer the same types are ordinary unknown ones."""
    return event.type in BOOKKEEPING and event.source.startswith("guanxi.")


class _Touch:
    """What a batch brought to one subject."""

    __slots__ = ("days", "found", "names", "traceparent")

    def __init__(self) -> None:
        self.found: list[Effect] = []
        self.names: list[tuple[str, str]] = []
        self.days: list[int] = []
        self.traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """The touched subjects, their standings and partitions; who is whose alias; the ids whose union changed."""

    touches: Mapping[str, _Touch]
    standings: Mapping[str, Standing]
    partitions: Mapping[str, int]
    families: Families
    regrouped: set[str]
    today: int

    def cause_of(self, days: Iterable[int], id_: str) -> str:
        why = cause(days, self.today)
        return MERGE if why == "late" and id_ in self.regrouped else why


async def apply_events(
    connection: AsyncConnection, batch: Sequence[Received], *, deployment: Deployment, cache: StateCache
) -> None:
    """Apply events once each, whatever their order; raises what a malformed event raises."""
    facts = [one.event for one in batch if one.event.type in IDENTITY_FACTS]
    regrouped = await follow_identity_facts(connection, facts) if facts else set()
    taken = await cache.take(connection, {one.partition for one in batch}, as_owner=True)
    policy = await deployment.policies.in_force(connection)
    raw = await driver(connection)
    fresh = await store_events(raw, batch)
    touches = _touches([one.event for one in fresh], deployment, policy)
    partitions = {one.event.subject: one.partition for one in fresh}
    standings = await taken.load(connection, partitions)
    for subject, touch in touches.items():
        if touch.found:
            standings[subject].state.apply(touch.found)

    now, today = deployment.now(), deployment.today()
    known = _Batch(
        touches=touches,
        standings=standings,
        partitions=partitions,
        families=await read_families(connection, [*touches, *sorted(regrouped)]),
        regrouped=regrouped,
        today=day_number(today),
    )
    candidates = await _candidates(connection, known, deployment)
    marks = _marks(known, candidates, deployment)
    rows, messages = judge_customers(
        candidates.values(), today=today, now=now, policy=policy, currency=deployment.currency
    )
    rows += _alias_rows(known)
    await write_states(raw, rows)
    await queue_messages(raw, messages)
    await mark_dirty(connection, marks)


def _touches(events: Iterable[Event], deployment: Deployment, policy: Policy) -> dict[str, _Touch]:
    touches: dict[str, _Touch] = {}
    zone, money = deployment.setting.zone, deployment.setting.money
    for event in events:
        touch = touches.get(event.subject)
        if touch is None:
            touch = touches[event.subject] = _Touch()
        if event.type in BOOKKEEPING and is_bookkeeping(event):
            continue
        found = effects(event.type, event.data, event.time, event.source, event.id, policy, zone, money)
        touch.found += found
        touch.names.append((event.source, event.id))
        touch.days.append(found[0].day if found else local_day(event.time, zone))
        if event.traceparent is not None:
            touch.traceparent = event.traceparent
    return touches


async def _candidates(connection: AsyncConnection, batch: _Batch, deployment: Deployment) -> dict[str, Candidate]:
    """The touched customers that are nobody's alias, united with their aliases."""
    families = batch.families
    own = [subject for subject in batch.touches if families.customer_of(subject) == subject]
    aliases = [alias for customer in own for alias in families.aliases_of(customer)]
    elsewhere = {alias: deployment.partition_of(alias) for alias in aliases if alias not in batch.standings}
    others = await read_standings(connection, elsewhere)
    candidates = {}
    for customer in own:
        touch, standing = batch.touches[customer], batch.standings[customer]
        names, days, states = touch.names, touch.days, []
        for alias in families.aliases_of(customer):
            if alias in batch.touches:
                names, days = names + batch.touches[alias].names, days + batch.touches[alias].days
            state = batch.standings.get(alias) or others.get(alias)
            if state is not None:
                states.append(state.state)
        if touch.found or states or (standing.is_known and (names or customer in batch.regrouped)):
            candidates[customer] = Candidate(
                customer=customer,
                partition=batch.partitions[customer],
                standing=standing,
                cause=batch.cause_of(days, customer),
                caused_by=names,
                aliases=states,
                traceparent=touch.traceparent,
            )
    return candidates


def _marks(batch: _Batch, candidates: Mapping[str, Candidate], deployment: Deployment) -> list[Mark]:
    """The customers whose aliases were touched, and those whose union changed, unless they are judged at once."""
    marks = []
    for id_ in {*batch.touches, *batch.regrouped} - candidates.keys():
        customer, touch = batch.families.customer_of(id_), batch.touches.get(id_) or _Touch()
        if customer not in candidates and (customer != id_ or id_ in batch.regrouped):
            marks.append(
                Mark(
                    partition=deployment.partition_of(customer),
                    customer=customer,
                    cause=batch.cause_of(touch.days, id_),
                    caused_by=tuple(touch.names[-MOST_CAUSES:]),
                )
            )
    return marks


def _alias_rows(batch: _Batch) -> list[Row]:
    return [
        encoded_row(batch.partitions[subject], subject, batch.standings[subject], NOT_SHOWN)
        for subject, touch in batch.touches.items()
        if touch.found and batch.families.customer_of(subject) != subject
    ]
