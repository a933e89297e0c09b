"""A consumer in a process of its own, to be killed: python -m tests.support.counting_process URL BOOTSTRAP TOPIC."""

import asyncio
import sys

from tests.support.chassis import count

from common.consumer import Consumer
from common.database import open_database


async def main(url: str, bootstrap: str, topic: str) -> None:
    consumer = Consumer(
        database=open_database(url, application="counting"),
        bootstrap=bootstrap,
        group=f"group.{topic}",
        topics=[topic],
        handle=count,
        code_version="1",
    )
    await consumer.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
