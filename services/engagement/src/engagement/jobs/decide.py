"""When are occasions decided? As soon as they are due by the database's clock; any number of workers share them."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from engagement.jobs.turns import Part, take_turns
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment

POLL_SECONDS: Final = 0.3
CLAIM_OCCASIONS: Final = 200


def decide_due_occasions(database: Database, deployment: Deployment) -> Part:
    """The worker's part that decides."""

    async def turn(connection: AsyncConnection) -> bool:
        return await decide_occasions(connection, deployment=deployment, limit=CLAIM_OCCASIONS) > 0

    return take_turns(database, "decide", turn, poll_seconds=POLL_SECONDS)
