"""What do many customers' events say together? A long run over the base, one page of customers a step.

What is bought together (cross-selling), who recommends (word of mouth), and what winning and keeping customers costs.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.rules import Rules
from scoring.domain.portrait.co_purchase import CoPurchases, bought_categories
from scoring.domain.portrait.past import Past
from scoring.domain.portrait.read_past import read_past
from scoring.domain.reports.care_cost import CareCost
from scoring.domain.reports.word_of_mouth import WINDOW_DAYS, WordOfMouth
from scoring.domain.state.days import day_number
from scoring.store.category_pairs import replace_pairs
from scoring.store.families import read_families
from scoring.store.jobs import Done, Job, Progress
from scoring.store.recent_events import events_of_types, subjects_after
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_events import read_events

PAGE: Final = 500
EVER: Final = ("order.completed", "order.cancelled", "order.refunded", "consent.granted", "consent.withdrawn")
"""Read over all history: when the first order was, and whether profiling is refused."""

OF_LATE: Final = (
    "referral.made",
    "referral.converted",
    "complaint.made",
    "survey.answered",
    "review.posted",
    "suggestion.made",
    "cocreation.joined",
    "benefit.redeemed",
    "complaint.resolved",
    "ticket.resolved",
    "case.closed",
    "order.delivered",
    "promise.kept",
    "message.sent",
    "care.sent",
    "call.made",
    "meeting.held",
    "return_visit.done",
    "visit.made",
)
"""What the balance and referrals are made of."""


class _Counts:
    """The three counts, from what the last step kept."""

    def __init__(self, kept: Sequence[Any] | None) -> None:
        pairs, mouth, cost = kept or (None, None, None)
        self.pairs = CoPurchases(pairs) if pairs else CoPurchases()
        self.mouth = WordOfMouth(mouth) if mouth else WordOfMouth()
        self.cost = CareCost(cost)

    def kept(self) -> Any:
        return self.pairs.kept(), self.mouth.kept(), self.cost.kept()

    def add(self, pasts: Mapping[str, Past], rules: Rules, currency: str) -> None:
        portrait, margin = rules.policy.portrait, rules.policy.clv.margin
        self.pairs.add(bought_categories(past, portrait.cross_sell) for past in pasts.values())
        self.mouth.add(pasts.items(), portrait.referral, m0_minor=rules.thresholds.m0_minor, margin=margin)
        self.cost.add(pasts.values(), portrait.balance, margin=margin, currency=currency)


async def count_base(connection: AsyncConnection, job: Job, deployment: Deployment) -> Progress | Done:
    """Count one page more; the last step puts the pairs in force and tells the rest as the run's result."""
    as_of = date.fromisoformat(job.params["as_of"])
    rules = await deployment.rules.in_force(connection)
    partition, after, done, kept = job.partial or (0, "", 0, None)
    subjects = await subjects_after(connection, partition=partition, after=after, limit=PAGE)
    families = await read_families(connection, subjects)
    own = [subject for subject in subjects if families.customer_of(subject) == subject]
    owners = {id_: subject for subject in own for id_ in (subject, *families.aliases_of(subject))}
    events = await _events(connection, list(owners), as_of, rules, deployment)
    counts = _Counts(kept)
    await asyncio.to_thread(_count, counts, owners, events, as_of, rules, deployment)
    done += len(subjects)
    if len(subjects) == PAGE:
        return Progress(done=done, total=None, partial=(partition, subjects[-1], done, counts.kept()))
    if partition + 1 < deployment.partitions:
        return Progress(done=done, total=None, partial=(partition + 1, "", done, counts.kept()))
    return Done(result=await _finish(connection, counts, as_of, rules), done=done)


async def _finish(connection: AsyncConnection, counts: _Counts, as_of: date, rules: Rules) -> dict[str, Any]:
    portrait = rules.policy.portrait
    pairs = counts.pairs.pairs(as_of, categories_at_most=portrait.cross_sell.categories_at_most)
    await replace_pairs(connection, pairs, buyers=counts.pairs.buyers, made_on=as_of)
    return {
        "as_of": as_of.isoformat(),
        "versions": rules.versions,
        "category_pairs": {"buyers": counts.pairs.buyers, "pairs": len(pairs)},
        "word_of_mouth": asdict(counts.mouth.report()),
        "care_cost": asdict(counts.cost.report(portrait.balance)),
    }


async def _events(
    connection: AsyncConnection, subjects: Sequence[str], as_of: date, rules: Rules, deployment: Deployment
) -> list[tuple[str, bytes]]:
    if not subjects:
        return []
    portrait = rules.policy.portrait
    days = max(portrait.balance.window_days, portrait.referral.window_days, portrait.referral.detractor_days)
    until = datetime.combine(as_of + timedelta(days=1), time(), tzinfo=deployment.zone)
    since = until - timedelta(days=max(days, WINDOW_DAYS))
    return await events_of_types(connection, subjects, OF_LATE, ever=EVER, since=since, until=until)


def _count(
    counts: _Counts,
    owners: Mapping[str, str],
    events: Sequence[tuple[str, bytes]],
    as_of: date,
    rules: Rules,
    deployment: Deployment,
) -> None:
    by_customer: dict[str, list[bytes]] = {}
    for subject, event in events:
        by_customer.setdefault(owners[subject], []).append(event)
    day = day_number(as_of)
    pasts = {
        customer: read_past(read_events(values), day, rules.policy, deployment.setting)
        for customer, values in sorted(by_customer.items())
    }
    counts.add(pasts, rules, deployment.currency)
