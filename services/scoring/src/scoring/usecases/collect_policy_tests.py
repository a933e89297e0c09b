"""Which tests must a policy pass? A draft the shipped ones, those of the policy in force, and its own.

Of one name the last counts. What was in force before comes back by what held then: the tests that were shipped when it
was made, and its own. So the way back is tested too, and not closed by what was wanted later.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.fixture import Fixture, read_fixtures
from scoring.store.policies import IN_FORCE, StoredPolicy, find_stored, list_policies, newest_file

Told = Mapping[str, Any]
"""A fixture as it was told."""


async def collect_draft_tests(connection: AsyncConnection, own: Iterable[Told]) -> list[Fixture]:
    """The tests of what was never in force, each name once."""
    file = await newest_file(connection)
    live = [one.version for one in await list_policies(connection) if one.state == IN_FORCE]
    stored = await find_stored(connection, live[0]) if live else None
    return _named_once(file.tests if file else [], stored.tests if stored else [], own)


async def collect_policy_tests(
    connection: AsyncConnection, stored: StoredPolicy, added: Iterable[Told]
) -> list[Fixture]:
    """The tests of a stored version and what somebody adds to them."""
    if stored.told.published_at is None:
        return await collect_draft_tests(connection, [*stored.tests, *added])
    file = await newest_file(connection, until=stored.told.version)
    return _named_once(file.tests if file else [], stored.tests, added)


def _named_once(*sources: Iterable[Told]) -> list[Fixture]:
    by_name = {test["name"]: test for tests in sources for test in tests}
    return read_fixtures(list(by_name.values()))
