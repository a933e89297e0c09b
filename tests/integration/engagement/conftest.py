"""A migrated database of engagement, with the role of its processes."""

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.support.databases import Databases

from common.database import Database, open_database


@pytest_asyncio.fixture
async def database(database_url: Databases) -> AsyncIterator[Database]:
    database = open_database(await database_url("engagement"), application="test")
    yield database
    await database.close()
