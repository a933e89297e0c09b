"""What was a customer's score or category on each day of a span?"""

import asyncio
from datetime import date

from scoring.domain.explain.history import History, history
from scoring.domain.policy.rules import Rules
from scoring.usecases.find_customer import Customer


async def read_history(customer: Customer, metric: str, *, first: date, last: date, rules: Rules) -> History:
    """Judged beside the event loop. Raises ScoreUnknown, HistoryImpossible."""
    return await asyncio.to_thread(
        history, metric, customer.state, first=first, last=last, policy=rules.policy, thresholds=rules.thresholds
    )
