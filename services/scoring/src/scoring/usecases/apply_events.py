"""What does a batch of events do? Ledger, states, marks, evaluation and messages, in the caller's one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import IDENTITY_FACTS
from common.database import driver
from common.dead_letters import Received
from common.events import Event, decode_event
from scoring.domain.changes import cause
from scoring.domain.policy.policy import Policy
from scoring.domain.state.days import day_number, local_day
from scoring.domain.state.effects import Effect, effects_on, kinds_of_all, plain
from scoring.domain.state.facts import FACTS
from scoring.domain.state.state import State
from scoring.store.dirty import Mark, mark_dirty
from scoring.store.erasure import ERASURE
from scoring.store.families import Families, read_families
from scoring.store.ledger import store_events
from scoring.store.outbox import queue_messages
from scoring.store.state_cache import StateCache
from scoring.store.states import NOT_SHOWN, Row, Standing, encoded_row, read_standings, write_states
from scoring.store.transitions import TransitionRow, store_transitions
from scoring.usecases.deployment import Deployment
from scoring.usecases.encode_messages import MOST_CAUSES
from scoring.usecases.erase_customers import all_of, erase_customers, follow_facts
from scoring.usecases.judge_customers import MOST_AT_ONCE, Candidate, judge_customers

BOOKKEEPING: Final = frozenset({*IDENTITY_FACTS, ERASURE})
"""Facts about ids from guanxi's own services: on the ledger, but nothing that the customer did."""

MERGE: Final = "merge"
LATE: Final = "late"
_NOBODY: Final = Standing(State())


def is_bookkeeping(event: Event) -> bool:
    """Whether an event tells about ids only; from a producer the same types are ordinary unknown ones."""
    return event.type in BOOKKEEPING and event.source.startswith("guanxi.")


class _Touch(Candidate, gc=False):
    """What a batch brought to one subject. `found` are the effects of its new events."""

    found: list[Effect] = msgspec.field(default_factory=list)


async def apply_events(
    connection: AsyncConnection, batch: Sequence[Received], *, deployment: Deployment, cache: StateCache
) -> None:
    """Apply events once each, whatever their order; raises what a malformed event raises."""
    facts = [one.event for one in batch if one.event.type in BOOKKEEPING]
    named, regrouped = await follow_facts(connection, facts, deployment=deployment) if facts else (set(), set())
    erased = all_of(named, deployment)
    partitions = set(map(attrgetter("partition"), batch))
    taken = await cache.take(connection, partitions, as_owner=True, beside=erased.values())
    rules = await deployment.rules.in_force(connection)
    raw = await driver(connection)
    now, today = deployment.now(), deployment.today()
    fresh = await store_events(raw, batch)
    wanted = {one.event.subject: one.partition for one in fresh}
    wanted.update(erased)
    standings = await taken.load(connection, wanted)
    if erased or any(standing.is_erased for standing in standings.values()):
        gone = await erase_customers(connection, standings, erased)
        fresh = [one for one in fresh if one.event.subject not in gone]
    touches = _touches(fresh, deployment, rules.policy, day_number(today))
    for subject, touch in touches.items():
        touch.standing = standings[subject]
        if touch.found:
            touch.standing.state.apply(touch.found)

    families = await read_families(connection, [*touches, *sorted(regrouped)])
    if families.are_empty and not regrouped:
        customers, marks, rows = [touch for touch in touches.values() if touch.found], [], []
    else:
        customers = await _united(connection, touches, families, regrouped, deployment)
        marks = _marks(touches, customers, families, regrouped, deployment)
        rows = _alias_rows(touches, families)
    transitions: list[TransitionRow] = []
    for start in range(0, len(customers), MOST_AT_ONCE):  # the messages of some are gone before the next are judged
        judged, messages, moved = judge_customers(
            customers[start : start + MOST_AT_ONCE], today=today, now=now, rules=rules, currency=deployment.currency
        )
        rows += judged
        transitions += moved
        await queue_messages(raw, messages)
    await write_states(raw, rows)
    await store_transitions(raw, transitions)
    await mark_dirty(connection, marks)


def _touches(fresh: Iterable[Received], deployment: Deployment, policy: Policy, today: int) -> dict[str, _Touch]:
    touches: dict[str, _Touch] = {}
    causes: dict[int, str] = {}
    alike: dict[tuple[str, str], tuple[int, ...] | None] = {}
    zone, money = deployment.setting.zone, deployment.setting.money
    has_all = policy.kinds.facts <= FACTS
    for one in fresh:
        event = one.event
        type_, source, subject = event.type, event.source, event.subject
        touch = touches.get(subject)
        if touch is None:
            touch = touches[subject] = _Touch(subject, one.partition, _NOBODY, LATE)
        if type_ in BOOKKEEPING and is_bookkeeping(event):
            continue
        day, sort = local_day(event.time, zone), (type_, source)
        if sort not in alike:
            alike[sort] = kinds_of_all(type_, source, policy)
        kinds = alike[sort]
        if kinds is None:
            data = event.data if has_all else decode_event(one.value).data
            touch.found += effects_on(day, type_, data, event.time, source, event.id, policy, money)
        else:
            touch.found += plain(kinds, day)
        touch.caused_by.append((source, event.id))
        if day not in causes:
            causes[day] = cause((day,), today)
        if causes[day] != LATE:
            touch.cause = causes[day]
        if event.traceparent is not None:
            touch.traceparent = event.traceparent
    return touches


async def _united(
    connection: AsyncConnection,
    touches: Mapping[str, _Touch],
    families: Families,
    regrouped: set[str],
    deployment: Deployment,
) -> list[_Touch]:
    """The touched customers that are nobody's alias, united with their aliases and what these brought."""
    own = [touch for subject, touch in touches.items() if families.customer_of(subject) == subject]
    aliases = [alias for touch in own for alias in families.aliases_of(touch.customer)]
    elsewhere = {alias: deployment.partition_of(alias) for alias in aliases if alias not in touches}
    standings = await read_standings(connection, elsewhere)
    standings |= {subject: touch.standing for subject, touch in touches.items()}
    customers = []
    for touch in own:
        ids = families.aliases_of(touch.customer)
        touch.aliases = [standings[alias].state for alias in ids if alias in standings]
        for other in (touches[alias] for alias in ids if alias in touches):
            touch.caused_by += other.caused_by
            touch.cause = touch.cause if other.cause == LATE else other.cause
        if touch.cause == LATE and touch.customer in regrouped:
            touch.cause = MERGE
        told = touch.caused_by or touch.customer in regrouped
        if touch.found or (told and (touch.aliases or touch.standing.is_known)):
            customers.append(touch)
    return customers


def _marks(
    touches: Mapping[str, _Touch],
    customers: Iterable[_Touch],
    families: Families,
    regrouped: set[str],
    deployment: Deployment,
) -> list[Mark]:
    """The customers whose aliases were touched, and those whose union changed, unless they are judged at once."""
    judged = {one.customer for one in customers}
    marks = []
    for id_ in sorted({*touches, *regrouped}):
        customer, touch = families.customer_of(id_), touches.get(id_)
        if customer not in judged and (customer != id_ or id_ in regrouped):
            why = LATE if touch is None else touch.cause
            marks.append(
                Mark(
                    partition=deployment.partition_of(customer),
                    customer=customer,
                    cause=MERGE if why == LATE and id_ in regrouped else why,
                    caused_by=() if touch is None else tuple(touch.caused_by[-MOST_CAUSES:]),
                )
            )
    return marks


def _alias_rows(touches: Mapping[str, _Touch], families: Families) -> list[Row]:
    return [
        encoded_row(touch.partition, subject, touch.standing, NOT_SHOWN)
        for subject, touch in touches.items()
        if touch.found and families.customer_of(subject) != subject
    ]
