"""Which policy and thresholds does a request mean? The ones in force, a stored version, or what it brings itself."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from scoring.domain.policy import Policy
from scoring.domain.thresholds import Thresholds
from scoring.store.policies import find_policy
from scoring.usecases.deployment import Deployment

FIXED: Final = "fixed"
PREVIEW: Final = "preview"


class PolicyUnknown(Absent):
    """No such version of the policy."""

    code = "unknown_policy"


class ThresholdsUnknown(Absent):
    """No such version of the thresholds."""

    code = "unknown_thresholds"


async def choose_policy(
    connection: AsyncConnection, asked: str | Mapping[str, Any] | None, *, deployment: Deployment
) -> Policy:
    """None: the policy in force. Raises PolicyUnknown, PolicyInvalid."""
    if asked is None:
        return await deployment.policies.in_force(connection)
    if isinstance(asked, str):
        found = await find_policy(connection, asked)
        if found is None:
            raise PolicyUnknown(f"There is no policy {asked[:80]}: GET /v1/policies lists the versions.")
        return Policy.from_mapping({**found, "version": asked})
    return Policy.from_mapping({"version": PREVIEW, **asked})


def choose_thresholds(asked: str | Mapping[str, Any] | None, policy: Policy) -> Thresholds:
    """None: those in force. An object's missing members come from them. Raises ThresholdsUnknown, PolicyInvalid."""
    if asked is None or asked == FIXED:
        return policy.fixed
    if isinstance(asked, str):
        raise ThresholdsUnknown(f"There are no thresholds {asked[:80]}: GET /v1/thresholds lists the versions.")
    return Thresholds.from_mapping(asked, version=PREVIEW, base=policy.fixed)
