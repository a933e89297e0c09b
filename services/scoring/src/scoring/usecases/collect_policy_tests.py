"""Which tests must a policy pass? The shipped ones, those of the policy in force, and its own; of one name the last."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.fixture import Fixture, read_fixtures
from scoring.store.policies import IN_FORCE, find_stored, list_policies, newest_file

Told = Mapping[str, Any]
"""A fixture as it was told."""


async def collect_policy_tests(connection: AsyncConnection, own: Iterable[Told]) -> list[Fixture]:
    """Every fixture, each name once."""
    file = await newest_file(connection)
    live = [one.version for one in await list_policies(connection) if one.state == IN_FORCE]
    stored = await find_stored(connection, live[0]) if live else None
    sources = (file.tests if file else [], stored.tests if stored else [], own)
    by_name = {test["name"]: test for tests in sources for test in tests}
    return read_fixtures(list(by_name.values()))
