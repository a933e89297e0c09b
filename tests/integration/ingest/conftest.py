"""An ingest of the test's own: fresh database, the run's Kafka."""

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.support.databases import Databases
from tests.support.ingest import Ingest, running_api, settings_of

from common.database import Database, open_database
from guanxi_cli.local.home import Home
from ingest.settings import IngestSettings


@pytest_asyncio.fixture
async def settings(servers: Home, database_url: Databases) -> IngestSettings:
    return settings_of(servers, await database_url("ingest"))


@pytest_asyncio.fixture
async def ingest(servers: Home, settings: IngestSettings) -> AsyncIterator[Ingest]:
    async with running_api(servers, settings) as running:
        yield running


@pytest_asyncio.fixture
async def database(settings: IngestSettings) -> AsyncIterator[Database]:
    database = open_database(settings.database_url, application="test")
    yield database
    await database.close()
