"""Which categories do the same customers buy? A long run over the base, one page of customers a step."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.co_purchase import CoPurchases, bought_categories
from scoring.domain.days import day_number
from scoring.domain.read_past import read_past
from scoring.domain.rules import Rules
from scoring.store.category_pairs import replace_pairs
from scoring.store.families import read_families
from scoring.store.jobs import Done, Job, Progress
from scoring.store.recent_events import events_of_types, subjects_after
from scoring.usecases.ask_job import ask_job
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_events import read_events

CATEGORY_PAIRS: Final = "category-pairs"
PAGE: Final = 500
ORDERS: Final = ("order.completed", "order.cancelled", "order.refunded")
CONSENTS: Final = ("consent.granted", "consent.withdrawn")


async def ask_category_pairs(connection: AsyncConnection, day: date) -> None:
    """Queue the count as of a day."""
    await ask_job(connection, CATEGORY_PAIRS, {"as_of": day.isoformat()}, asked_by="daily")


async def count_category_pairs(connection: AsyncConnection, job: Job, deployment: Deployment) -> Progress | Done:
    """Count one page more; the last step puts the counts in force."""
    as_of = date.fromisoformat(job.params["as_of"])
    rules = await deployment.rules.in_force(connection)
    partition, after, done, kept = job.partial or (0, "", 0, (0, {}, []))
    subjects = await subjects_after(connection, partition=partition, after=after, limit=PAGE)
    families = await read_families(connection, subjects)
    own = [subject for subject in subjects if families.customer_of(subject) == subject]
    owners = {id_: subject for subject in own for id_ in (subject, *families.aliases_of(subject))}
    events = await _events(connection, list(owners), as_of, rules, deployment)
    counts = CoPurchases(kept)
    await asyncio.to_thread(_count, counts, owners, events, as_of, rules, deployment)
    done += len(subjects)
    if len(subjects) == PAGE:
        return Progress(done=done, total=None, partial=(partition, subjects[-1], done, counts.kept()))
    if partition + 1 < deployment.partitions:
        return Progress(done=done, total=None, partial=(partition + 1, "", done, counts.kept()))
    pairs = counts.pairs(as_of, categories_at_most=rules.policy.portrait.cross_sell.categories_at_most)
    await replace_pairs(connection, pairs, buyers=counts.buyers, made_on=as_of)
    return Done(result={"as_of": as_of.isoformat(), "buyers": counts.buyers, "pairs": len(pairs)}, done=done)


async def _events(
    connection: AsyncConnection, subjects: Sequence[str], as_of: date, rules: Rules, deployment: Deployment
) -> list[tuple[str, bytes]]:
    until = datetime.combine(as_of + timedelta(days=1), time(), tzinfo=deployment.zone)
    since = until - timedelta(days=rules.policy.portrait.cross_sell.window_days)
    if not subjects:
        return []
    return await events_of_types(connection, subjects, ORDERS, ever=CONSENTS, since=since, until=until)


def _count(
    counts: CoPurchases,
    owners: Mapping[str, str],
    events: Sequence[tuple[str, bytes]],
    as_of: date,
    rules: Rules,
    deployment: Deployment,
) -> None:
    by_customer: dict[str, list[bytes]] = {}
    for subject, event in events:
        by_customer.setdefault(owners[subject], []).append(event)
    for values in by_customer.values():
        past = read_past(read_events(values), day_number(as_of), rules.policy, deployment.setting)
        counts.add([bought_categories(past, rules.policy.portrait.cross_sell)])
