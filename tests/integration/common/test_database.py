"""Does a process end in time though its database hangs?"""

import asyncio
import os
import signal
import time

from sqlalchemy import text
from tests.support.databases import Databases

from common.database import open_database


async def test_a_pool_whose_server_hangs_is_closed_in_time(database_url: Databases) -> None:
    database = open_database(await database_url(), application="test", pool_size=3)
    connections = [await database.engine.connect() for _ in range(3)]
    backends = [(await one.execute(text("SELECT pg_backend_pid()"))).scalar_one() for one in connections]
    for connection in connections:
        await connection.close()
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        await asyncio.wait([asyncio.create_task(database.close())], timeout=20.0)
        assert time.monotonic() - began < 5.0
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)
