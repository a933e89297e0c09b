"""What may any test ask for? Fixtures only; what they do stands in tests/support."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.support.databases import Databases
from tests.support.servers import name_servers, shared_servers, shared_system, stop_servers
from tests.support.topics import Topics

from guanxi_cli.local.home import Home

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def pytest_configure(config: pytest.Config) -> None:
    if not IS_WORKER:
        name_servers()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not IS_WORKER:
        stop_servers()


@pytest_asyncio.fixture(scope="session")
async def servers() -> Home:
    """A running PostgreSQL and Kafka; identity.key, keys.yaml and credentials.json lie in its folder."""
    return await shared_servers()


@pytest_asyncio.fixture(scope="session")
async def system() -> Home:
    """The whole system, running, as `guanxi up` starts it: `home.url("scoring")`, keys by `read_credentials(home)`.

    Shared by a run: use customers of your own, and a home of your own (tests.support.homes) to break things; only the
    last of all, tests/e2e/test_faults.py, breaks this one.
    """
    return await shared_system()


@pytest_asyncio.fixture
async def database_url(servers: Home) -> AsyncIterator[Databases]:
    """`await database_url("scoring")` is the URL of a fresh migrated database; without a name, of an empty one."""
    databases = Databases(servers)
    yield databases
    await databases.drop()


@pytest.fixture
def kafka_bootstrap(servers: Home) -> str:
    """host:port of the broker, which has the four topics."""
    return servers.bootstrap


@pytest_asyncio.fixture
async def fresh_topic(servers: Home) -> AsyncIterator[Topics]:
    """`await fresh_topic("orders")` is the name of a new topic of six partitions, this test's alone."""
    topics = Topics(servers.bootstrap)
    yield topics
    await topics.delete()
