"""What was a customer's score or category on each day of a span?"""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.explain.history import History, history
from scoring.domain.policy.rules import Rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer
from scoring.usecases.judge_beside import judge_beside


async def read_history(
    connection: AsyncConnection,
    customer: Customer,
    metric: str,
    *,
    first: date,
    last: date,
    rules: Rules,
    deployment: Deployment,
) -> History:
    """Judged beside the event loop. Raises ScoreUnknown, HistoryImpossible, LongPastsBusy."""

    def judged() -> History:
        policy, thresholds = rules.policy, rules.thresholds
        return history(metric, customer.state, first=first, last=last, policy=policy, thresholds=thresholds)

    return await judge_beside(connection, customer, judged, deployment=deployment)
