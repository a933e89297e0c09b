"""What is answered to the occasions that are due? Claimed by row lock, decided customer by customer, written at once.

The claim ends with its transaction, so a dead worker's occasions are free again. All occasions of a customer that are
due compete: the higher priority first, then the earlier due, then the smaller id. Customers that somebody else holds
are left for the next turn.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.store.contacts import lock_customers
from engagement.store.decisions import claim_due, claim_due_of
from engagement.usecases.answer_occasions import answer_occasions
from engagement.usecases.deployment import Deployment

_CLOCK = text("SELECT clock_timestamp()")


async def decide_occasions(
    connection: AsyncConnection, *, deployment: Deployment, limit: int, now: datetime | None = None
) -> int:
    """Claim some due occasions and decide them with all others that their customers have due; how many.

    `now`: the database's clock, read again once the customers are locked, unless a test sets it.
    """
    due: datetime = now or (await connection.execute(_CLOCK)).scalar_one()
    raw = await driver(connection)
    claimed = await claim_due(raw, now=due, limit=limit)
    if not claimed:
        return 0
    unions = await lock_customers(connection, {one.occasion.customer for one in claimed}, wait=False)
    claimed = await claim_due_of(raw, unions.owners, now=due)
    decided_at: datetime = now or (await connection.execute(_CLOCK)).scalar_one()
    await answer_occasions(connection, claimed, unions, deployment=deployment, now=decided_at)
    return len(claimed)
