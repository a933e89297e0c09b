"""Has the policy file changed since it was last loaded? Then it is a new version, and everybody is judged again.

An edit by API is a version too: the file wins again only when its own content changes. What does not pass its tests
comes into force no more by a file than by hand.
"""

from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.fixture import read_fixtures
from scoring.store.policies import add_policy, list_policies, lock_policies, newest_file, replace_tests
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_policy_folder import read_policy_folder
from scoring.usecases.reevaluate_page import plan_run
from scoring.usecases.run_policy_tests import check_passed, run_policy_tests

log = structlog.get_logger()

POLICY: Final = "policy"
"""The cause of what a policy moves."""


async def load_policy(connection: AsyncConnection, folder: Path, *, deployment: Deployment) -> str | None:
    """The new version's name, None when the file is as it was.

    Raises PolicyFileUnreadable, PolicyTextUnreadable, PolicyFileInvalid, PolicyTestsFailed; the policy in force stays.
    """
    said = read_policy_folder(folder)
    results = run_policy_tests(read_fixtures(said.tests), said.policy, deployment=deployment)
    check_passed(results, f"{said.policy.version} of {folder}")
    await lock_policies(connection)
    last = await newest_file(connection)
    if last is not None and last.body == said.body:
        if last.tests != said.tests:
            await replace_tests(connection, last.version, said.tests)
        return None
    taken = {one.version for one in await list_policies(connection)}
    version = free_name(said.policy.version, taken)
    await add_policy(connection, version=version, body=said.body, tests=said.tests, from_file=True)
    if taken:
        await plan_run(connection, f"policy-{version}", cause=POLICY, deployment=deployment)
    log.info("policy_loaded", version=version)
    return version


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name that was asked for, or where it is taken by other content, with a number behind it."""
    names = (wanted if number == 1 else f"{wanted}.{number}" for number in count(1))
    return next(name for name in names if name not in taken)
