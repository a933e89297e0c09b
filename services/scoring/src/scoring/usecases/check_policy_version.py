"""What do its tests say of a stored version, and of the fixtures that somebody adds?"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.fixture import read_fixtures
from scoring.usecases.collect_policy_tests import collect_policy_tests
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_stored_policy import read_stored_policy, typed_policy
from scoring.usecases.run_policy_tests import FixtureResult, run_policy_tests


async def check_policy_version(
    connection: AsyncConnection, version: str, added: Sequence[Mapping[str, Any]] = (), *, deployment: Deployment
) -> list[FixtureResult]:
    """One result a test. Raises PolicyUnknown, PolicyOutdated, PolicyInvalid."""
    read_fixtures(added)
    stored = await read_stored_policy(connection, version)
    fixtures = await collect_policy_tests(connection, stored, added)
    policy = typed_policy(version, stored.body)
    return await asyncio.to_thread(run_policy_tests, fixtures, policy, deployment=deployment)
