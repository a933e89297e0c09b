"""What is measured of a consumer: one process that consumes interactions and does all, or nothing, with them.

python -m bench.consumer_worker SERVICE handler | nothing: the service's own handler, or the chassis alone. Settings
come from the environment, as for the service's worker.
"""

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module

import uvloop
from sqlalchemy.ext.asyncio import AsyncConnection

from common.consumer import Consumer
from common.dead_letters import Received
from common.events import INTERACTIONS
from common.garbage import collect_less
from common.worker import Worker, run_parts, stop_on_signals


async def nothing(_: AsyncConnection, __: Sequence[Received]) -> None:
    """The baseline: read, decoded, and counted as done."""


async def main(service: str, mode: str) -> None:
    """Consume until SIGTERM; the service's other parts do not run."""
    stop = stop_on_signals()
    settings = getattr(import_module(f"{service}.settings"), f"{service.title()}Settings")()
    async with AsyncExitStack() as stack:
        worker: Worker = await import_module(f"{service}.app").make_worker(settings, stack)
        consumer = Consumer(
            database=worker.database,
            bootstrap=settings.kafka_bootstrap,
            group=f"bench.{service}.{mode}",
            topics=[INTERACTIONS],
            handle=nothing if mode == "nothing" else worker.handle,
            code_version="bench",
        )
        collect_less()
        await run_parts({"consumer": consumer.run}, stop)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
