"""Which events may an explanation name? The newest of a customer up to a day; what is older stays in its days."""

from collections.abc import Callable
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.state.days import end_of_day
from scoring.domain.state.replay import Interaction
from scoring.store.recent_events import newest_events
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer
from scoring.usecases.read_events import read_events

MOST_READ: Final = 20_000


async def read_named_events(
    connection: AsyncConnection, customer: Customer, *, as_of: date, deployment: Deployment
) -> Callable[[], list[Interaction]]:
    """What reads them when called: decoding many belongs in a thread."""
    until = end_of_day(as_of, deployment.zone)
    values = await newest_events(connection, customer.subjects, until=until, limit=MOST_READ)
    return lambda: read_events(values)
