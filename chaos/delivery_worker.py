"""A worker that only delivers: python -m chaos.delivery_worker URL FOLDER LEASE_SECONDS. It runs until it is killed."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from common.database import open_database
from engagement.jobs.deliver import deliver_actions
from engagement.usecases.deployment import Deployment


async def work(url: str, folder: Path, lease: timedelta) -> None:
    """Deliver for ever."""
    database = open_database(url, application="delivery-worker", pool_size=2)
    deployment = Deployment(zone=ZoneInfo("Asia/Shanghai"), partitions=6)
    part = deliver_actions(database, deployment, outbox_dir=folder, secrets_dir=folder, lease=lease)
    await part(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), timedelta(seconds=float(sys.argv[3]))))
