"""Why does this customer have this score? From its state, and from its own events on the ledger."""

import asyncio
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.explain import Explanation, explain
from scoring.domain.metrics import metric_named
from scoring.domain.rules import Rules
from scoring.store.timeline import events_of
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer
from scoring.usecases.read_events import read_events


async def explain_score(
    connection: AsyncConnection,
    customer: Customer,
    name: str,
    *,
    as_of: date,
    rules: Rules,
    deployment: Deployment,
) -> Explanation:
    """The parts of one score, or the rule of a category. Raises ScoreUnknown."""
    metric = metric_named(name)
    interactions = read_events(await events_of(connection, customer.subjects))
    return await asyncio.to_thread(
        explain,
        metric,
        interactions,
        as_of,
        rules.policy,
        rules.thresholds,
        deployment.setting,
        state=customer.state,
    )
