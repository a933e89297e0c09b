"""Which policy and thresholds does a request mean? The ones in force, stored versions, or what it brings itself."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.rules import Rules
from scoring.domain.policy.thresholds import Thresholds
from scoring.store.thresholds import find_thresholds
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_stored_policy import read_stored_policy, typed_policy

FIXED: Final = "fixed"
PREVIEW: Final = "preview"


class ThresholdsUnknown(Absent):
    """No such version of the thresholds."""

    code = "unknown_thresholds"


async def choose_rules(
    connection: AsyncConnection,
    *,
    policy: str | Mapping[str, Any] | None = None,
    thresholds: str | Mapping[str, Any] | None = None,
    deployment: Deployment,
) -> Rules:
    """None: those in force. An object of thresholds takes its missing members from them.

    Until a calibration the thresholds in force are the chosen policy's own. Raises PolicyUnknown, PolicyOutdated,
    ThresholdsUnknown, PolicyInvalid.
    """
    live = await deployment.rules.in_force(connection)
    chosen = live.policy if policy is None else await _policy(connection, policy)
    current = chosen.fixed if live.thresholds.version == FIXED else live.thresholds
    if thresholds is None:
        found = current
    elif isinstance(thresholds, str):
        found = chosen.fixed if thresholds == FIXED else await _thresholds(connection, thresholds)
    else:
        found = Thresholds.from_mapping(thresholds, version=PREVIEW, base=current)
    return Rules(policy=chosen, thresholds=found)


async def _policy(connection: AsyncConnection, asked: str | Mapping[str, Any]) -> Policy:
    if not isinstance(asked, str):
        return Policy.from_mapping({"version": PREVIEW, **asked})
    return typed_policy(asked, (await read_stored_policy(connection, asked)).body)


async def _thresholds(connection: AsyncConnection, version: str) -> Thresholds:
    found = await find_thresholds(connection, version)
    if found is None:
        raise ThresholdsUnknown(f"There are no thresholds {version[:80]}: GET /v1/thresholds lists the versions.")
    return Thresholds.from_mapping(found, version=version)
