"""An ingest that listens on a port, for clients that nobody here wrote."""

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.support.databases import Databases
from tests.support.ingest import Ingest, running_api, serving, settings_of

from guanxi_cli.local.home import Home


@pytest_asyncio.fixture
async def ingest(servers: Home, database_url: Databases) -> AsyncIterator[Ingest]:
    async with running_api(servers, settings_of(servers, await database_url("ingest"))) as running:
        yield running


@pytest_asyncio.fixture
async def url(ingest: Ingest) -> AsyncIterator[str]:
    async with serving(ingest.app) as address:
        yield address
