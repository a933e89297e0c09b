"""Who is this customer, beyond the scores? From the newest of their own events on the ledger."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import aliases_since
from scoring.domain.card import score
from scoring.domain.columns import Columns
from scoring.domain.policy.rules import Rules
from scoring.domain.portrait.cross_sell import bought
from scoring.domain.portrait.past import Past
from scoring.domain.portrait.portrait import Around, Drawn, draw
from scoring.domain.portrait.read_past import MOST_EVENTS, read_past
from scoring.domain.portrait.referral import referred
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.days import day_number
from scoring.store.category_pairs import read_pairs
from scoring.store.recent_events import newest_events
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer, find_customers
from scoring.usecases.read_events import read_events


async def draw_portrait(
    connection: AsyncConnection,
    customer: Customer,
    columns: Columns,
    *,
    as_of: date,
    rules: Rules,
    deployment: Deployment,
) -> Drawn:
    """The portrait of the customer whose columns these are; as of a day, with the links of today."""
    until = datetime.combine(as_of + timedelta(days=1), time(), tzinfo=deployment.zone)
    values = await newest_events(connection, customer.subjects, until=until, limit=MOST_EVENTS + 1)
    links = await aliases_since(connection, customer.id)

    def read() -> Past:
        cut = len(values) > MOST_EVENTS
        told = read_events(values[:MOST_EVENTS])
        return read_past(told, day_number(as_of), rules.policy, deployment.setting, links=links, is_cut=cut)

    past = await asyncio.to_thread(read)
    around = await _around(connection, past, as_of=as_of, rules=rules, deployment=deployment)
    return await asyncio.to_thread(portray, past, columns, rules=rules, around=around, deployment=deployment)


def portray(past: Past, columns: Columns, *, rules: Rules, around: Around, deployment: Deployment) -> Drawn:
    """The portrait from a past that was read already; `columns` of one customer."""
    return draw(
        past,
        columns,
        0,
        policy=rules.policy,
        thresholds=rules.thresholds,
        around=around,
        zone=deployment.zone,
        currency=deployment.currency,
    )


async def _around(
    connection: AsyncConnection, past: Past, *, as_of: date, rules: Rules, deployment: Deployment
) -> Around:
    portrait = rules.policy.portrait
    pairs = await read_pairs(connection, bought(past, portrait.cross_sell), as_of=as_of)
    ids = referred(past, portrait.referral)
    if not ids:
        return Around(pairs=pairs)
    found = await find_customers(connection, ids, deployment=deployment)
    return Around(pairs=pairs, referred_minor=_worths(found, ids, as_of=as_of, rules=rules))


def _worths(found: dict[str, Customer], ids: Sequence[str], *, as_of: date, rules: Rules) -> dict[str, int]:
    known = [id_ for id_ in ids if id_ in found]
    states = pack_states(found[id_].state for id_ in known)
    columns = score(states, as_of, rules.policy, rules.thresholds)
    return {id_: int(columns.clv_minor[i]) for i, id_ in enumerate(known) if columns.bought[i]}
