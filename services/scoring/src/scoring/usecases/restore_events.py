"""Which events of the log did the ledger lose? Put back where they stood, also when their key is still known.

In the caller's transaction, under the guard of the partition. The states of their customers are rebuilt in the same
transaction: where the state still knows the event nothing changes. A fact about ids is told anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from common.dead_letters import Received
from common.events import decode_event
from common.progress import Place
from scoring.domain.state.effects import EventMalformed, effects
from scoring.store.erasure import find_erased, find_told_erased
from scoring.store.lost_events import find_buried, find_lost, forget_keys, put_back
from scoring.store.state_cache import StateCache
from scoring.store.topic_log import Logged
from scoring.usecases.apply_events import apply_events, is_bookkeeping
from scoring.usecases.deployment import Deployment
from scoring.usecases.rebuild_subjects import Comparison, rebuild_subjects


@dataclass(slots=True, kw_only=True)
class Restored:
    """`lost` events were put back; `unreadable` offsets are neither on the ledger nor a dead letter nor an event."""

    lost: list[Received] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    rebuilt: Comparison = field(default_factory=Comparison)


async def find_missing(
    connection: AsyncConnection, place: Place, logged: Sequence[Logged], *, deployment: Deployment
) -> Restored:
    """What the ledger lacks of some records of one place, erased customers and dead letters aside; writes nothing."""
    events = [one.received for one in logged if one.received is not None]
    await connection.exec_driver_sql("SELECT 1")
    missing = await find_lost(await driver(connection), events) if events else []
    subjects = {one.event.subject: deployment.partition_of(one.event.subject) for one in missing}
    erased = set()
    if subjects:
        erased = await find_erased(connection, subjects) | await find_told_erased(connection, subjects)
    missing = [one for one in missing if is_bookkeeping(one.event) or one.event.subject not in erased]
    garbled = {one.offset for one in logged if one.received is None}
    offsets = garbled | {one.offset for one in missing}
    buried = await find_buried(connection, place, offsets) if offsets else set()
    rules = await deployment.rules.in_force(connection)
    found = Restored(unreadable=sorted(garbled - buried))
    for one in missing:
        event, setting = decode_event(one.value), deployment.setting
        try:
            effects(
                event.type, event.data, event.time, event.source, event.id, rules.policy, setting.zone, setting.money
            )
        except EventMalformed:
            found.unreadable += [] if one.offset in buried else [one.offset]
            continue
        if one.offset not in buried:
            found.lost.append(one)
    return found


async def restore_events(
    connection: AsyncConnection,
    place: Place,
    logged: Sequence[Logged],
    *,
    deployment: Deployment,
    cache: StateCache,
) -> Restored:
    """Put back what the ledger lost of some records of one place."""
    partition = place[1]
    await cache.take(connection, [partition], as_owner=False)
    found = await find_missing(connection, place, logged, deployment=deployment)
    if found.lost:
        raw = await driver(connection)
        told = [one for one in found.lost if is_bookkeeping(one.event)]
        counted = [one for one in found.lost if not is_bookkeeping(one.event)]
        await put_back(raw, counted, {one.offset: one.at for one in logged})
        subjects = sorted({one.event.subject for one in counted})
        found.rebuilt = await rebuild_subjects(connection, partition, subjects, deployment=deployment, cache=cache)
        if told:
            await forget_keys(raw, told)
            await apply_events(connection, told, deployment=deployment, cache=cache)
    return found
