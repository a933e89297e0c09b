"""How is a customer judged over many days for a request? In a thread, after the transaction has ended.

PostgreSQL ends a session that idles in a transaction for 15 s, and a customer with a long past takes seconds: so what
was read is committed first, and of those customers a process judges few at a time.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Unavailable
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer

LONG_BYTES: Final = 1 << 16  # of a state: some thousand rows, judged over all days in about half a second

T = TypeVar("T")


class LongPastsBusy(Unavailable):
    """As many customers with a long past as may be are being judged already."""

    code = "long_pasts_busy"


async def judge_beside(
    connection: AsyncConnection, customer: Customer, judge: Callable[[], T], *, deployment: Deployment
) -> T:
    """The last thing that a request does: its transaction ends here. Raises LongPastsBusy, and what `judge` does."""
    await connection.commit()
    if len(customer.state.encode()) < LONG_BYTES:
        return await asyncio.to_thread(judge)
    if deployment.long_pasts.locked():
        raise LongPastsBusy(
            "Other requests are judging customers with a long past: ask again in some seconds.", retry_after=5
        )
    async with deployment.long_pasts:
        return await asyncio.to_thread(judge)
