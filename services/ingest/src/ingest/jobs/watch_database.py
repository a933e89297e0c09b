"""What must the api know from the database without asking it for each event? Links, keys, the spool."""

import asyncio
from typing import Final

import structlog
from prometheus_client import Gauge

from common.database import Database, is_transient
from common.waiting import pause
from ingest.store.aliases import KnownAliases
from ingest.store.log import Log
from ingest.store.producer_keys import ProducerKeys
from ingest.store.spool import measure_spool
from ingest.usecases.accept_events import DATABASE_ERRORS

log = structlog.get_logger()

POLL_SECONDS: Final = 1.0

SPOOL_BYTES = Gauge("guanxi_ingest_spool_bytes", "Size of the spool table")
SPOOL_WAITS = Gauge("guanxi_ingest_spool_waits", "1 while accepted events wait in the spool for Kafka")


async def watch_database(
    stop: asyncio.Event,
    *,
    database: Database,
    aliases: KnownAliases,
    keys: ProducerKeys,
    way: Log,
    budget_bytes: int,
) -> None:
    """Refresh aliases and keys and look at the spool, each second until `stop`; wait while the database is down."""
    while not stop.is_set():
        try:
            async with database.transaction() as connection:
                await aliases.refresh(connection)
                await keys.refresh(connection)
                waits, size = await measure_spool(connection)
        except DATABASE_ERRORS as error:
            if not is_transient(error):
                raise
            log.warning("database_unreachable", error=type(error).__name__)
        else:
            way.spool_waits, way.spool_is_full = waits, waits and size >= budget_bytes
            SPOOL_WAITS.set(waits)
            SPOOL_BYTES.set(size)
        await pause(stop, POLL_SECONDS)
