"""A consumer in a process of its own, to be killed: python -m tests.support.counting_process URL BOOTSTRAP TOPIC."""

import asyncio
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.chassis import count

from common.consumer import Consumer
from common.database import open_database
from common.dead_letters import Received

BATCH_RECORDS = 100
BATCH_SECONDS = 0.03


async def count_slowly(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """Small batches that take their time: who is killed is in the middle of its work."""
    await count(connection, batch)
    await asyncio.sleep(BATCH_SECONDS)


async def main(url: str, bootstrap: str, topic: str) -> None:
    consumer = Consumer(
        database=open_database(url, application="counting"),
        bootstrap=bootstrap,
        group=f"group.{topic}",
        topics=[topic],
        handle=count_slowly,
        code_version="1",
        batch_records=BATCH_RECORDS,
    )
    await consumer.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
