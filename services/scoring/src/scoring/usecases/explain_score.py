"""Why does this customer have this score? From its state, and from its own events on the ledger."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.explain.explain import Explanation, explain
from scoring.domain.explain.metrics import metric_named
from scoring.domain.policy.rules import Rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer
from scoring.usecases.judge_beside import judge_beside
from scoring.usecases.read_named_events import read_named_events


async def explain_score(
    connection: AsyncConnection,
    customer: Customer,
    name: str,
    *,
    as_of: date,
    rules: Rules,
    deployment: Deployment,
) -> Explanation:
    """The parts of one score, or the rule of a category. Raises ScoreUnknown, LongPastsBusy."""
    metric = metric_named(name)
    read = await read_named_events(connection, customer, as_of=as_of, deployment=deployment)

    def told() -> Explanation:
        policy, thresholds = rules.policy, rules.thresholds
        return explain(metric, read(), as_of, policy, thresholds, deployment.setting, state=customer.state)

    return await judge_beside(connection, customer, told, deployment=deployment)
