"""A migrated database of scoring with the role of its processes, and the policy that was loaded into it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import text
from tests.support.databases import Databases

from common.database import Database, open_database
from scoring.domain.policy.policy import Policy
from scoring.store.rules import RulesInForce


@pytest_asyncio.fixture
async def database(database_url: Databases) -> AsyncIterator[Database]:
    database = open_database(await database_url("scoring"), application="test", pool_size=12)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE counting SET base_currency = 'CNY'"))  # migrated with the servers' own
    yield database
    await database.close()


@pytest_asyncio.fixture
async def policy(database: Database) -> Policy:
    async with database.transaction() as connection:
        return (await RulesInForce().in_force(connection)).policy
