"""A migrated database of feedback, with the role of its processes."""

from collections.abc import AsyncIterator

import pytest_asyncio
from tests.support.databases import Databases

from common.database import Database, open_database


@pytest_asyncio.fixture
async def database(database_url: Databases) -> AsyncIterator[Database]:
    database = open_database(await database_url("feedback"), application="test")
    yield database
    await database.close()
