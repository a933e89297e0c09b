"""How does a policy come into force? With another key than its author's, and only when every test passes.

Everybody is judged again from the same states, with the cause `policy`. An older version comes back the same way.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict, Forbidden
from scoring.store.policies import lock_policies, mark_published
from scoring.usecases.check_policy_version import check_policy_version
from scoring.usecases.deployment import Deployment
from scoring.usecases.load_policy import POLICY
from scoring.usecases.read_stored_policy import read_stored_policy
from scoring.usecases.reevaluate_page import plan_run
from scoring.usecases.run_policy_tests import FixtureResult, check_passed


class SecondKeyNeeded(Forbidden):
    """Who wrote a policy does not put it in force."""

    code = "second_key_needed"


class PolicyInForce(Conflict):
    """The version is in force already."""

    code = "policy_in_force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """`run` names the re-evaluation of everybody that it caused."""

    version: str
    published_at: datetime
    published_by: str
    run: str
    results: list[FixtureResult]


async def publish_policy(connection: AsyncConnection, version: str, *, by: str, deployment: Deployment) -> Published:
    """Raises PolicyUnknown, SecondKeyNeeded, PolicyInForce, PolicyOutdated, PolicyInvalid, PolicyTestsFailed."""
    await lock_policies(connection)
    told = (await read_stored_policy(connection, version)).told
    if told.in_force:
        raise PolicyInForce(f"The policy {version} is in force already: there is nothing to publish.")
    if told.author == by:
        raise SecondKeyNeeded(
            f"The key {by} wrote the policy {version}, so another key must publish it: an operator makes one with "
            "`guanxi keys create --name NAME --scope policies:write`.",
            author=by,
        )
    results = await check_policy_version(connection, version, deployment=deployment)
    check_passed(results, version)
    await mark_published(connection, version, by=by)
    now = (await read_stored_policy(connection, version)).told
    assert now.published_at is not None  # noqa: S101 - just set
    run = f"policy-{version}-{now.published_at.isoformat()}"
    await plan_run(connection, run, cause=POLICY, deployment=deployment)
    return Published(version=version, published_at=now.published_at, published_by=by, run=run, results=results)
