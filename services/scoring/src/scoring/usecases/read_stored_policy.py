"""What does this version of the policy say, and can it still judge?"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent, Malformed
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid
from scoring.store.policies import StoredPolicy, find_stored


class PolicyUnknown(Absent):
    """No such version of the policy."""

    code = "unknown_policy"


class PolicyOutdated(Malformed):
    """A version of an older release, by which this one cannot judge; `path` and `why` tell what is wrong with it."""

    code = "policy_outdated"


async def read_stored_policy(connection: AsyncConnection, version: str) -> StoredPolicy:
    """The version in full. Raises PolicyUnknown."""
    found = await find_stored(connection, version)
    if found is None:
        raise PolicyUnknown(f"There is no policy {version[:80]}: GET /v1/policies lists the versions.")
    return found


def typed_policy(version: str, body: Mapping[str, Any]) -> Policy:
    """The policy of a stored body. Raises PolicyOutdated: versions never change, but what a policy must say does."""
    try:
        return Policy.from_mapping({**body, "version": version})
    except PolicyInvalid as err:
        path, why = err.data["path"], err.data["why"]
        raise PolicyOutdated(
            f"The stored policy {version} is of an older release and judges no more: {path} {why}. Versions never "
            f"change, so make a new one of it: `guanxi policy show {version} > new.yaml`, put {path} right there as "
            "policies/scoring.yaml has it, then `guanxi policy draft new.yaml` and publish it.",
            version=version,
            **err.data,
        ) from err
