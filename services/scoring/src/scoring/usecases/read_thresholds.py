"""Which thresholds are there, and which are in force?"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.thresholds import Thresholds
from scoring.store.thresholds import ThresholdsRecord, list_thresholds
from scoring.store.thresholds import read_thresholds as read
from scoring.usecases.choose_rules import FIXED, ThresholdsUnknown
from scoring.usecases.deployment import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsFound:
    """Records, newest first, without the policy's own; those stand in `fixed`."""

    records: list[ThresholdsRecord]
    fixed: Thresholds
    in_force: Thresholds


async def read_all_thresholds(connection: AsyncConnection, *, deployment: Deployment) -> ThresholdsFound:
    """Every record."""
    rules = await deployment.rules.in_force(connection)
    records = await list_thresholds(connection)
    return ThresholdsFound(records=records, fixed=rules.policy.fixed, in_force=rules.thresholds)


async def read_thresholds(connection: AsyncConnection, version: str, *, deployment: Deployment) -> ThresholdsFound:
    """One record, or none for `fixed`. Raises ThresholdsUnknown."""
    rules = await deployment.rules.in_force(connection)
    record = None if version == FIXED else await read(connection, version)
    if record is None and version != FIXED:
        raise ThresholdsUnknown(f"There are no thresholds {version[:80]}: GET /v1/thresholds lists the versions.")
    records = [] if record is None else [record]
    return ThresholdsFound(records=records, fixed=rules.policy.fixed, in_force=rules.thresholds)
