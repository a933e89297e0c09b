"""Why does this customer have this score? From the customer's own events on the ledger."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.explain import Explanation, explain
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
    """The parts of one score. Raises ScoreUnknown."""
    interactions = read_events(await events_of(connection, customer.subjects))
    return explain(name, interactions, as_of, rules.policy, rules.thresholds, deployment.setting)
