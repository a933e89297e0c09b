"""What does this version of the policy say?"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.policies import find_policy
from scoring.usecases.choose_rules import PolicyUnknown


async def read_policy(connection: AsyncConnection, version: str) -> dict[str, Any]:
    """The mapping as it was loaded. Raises PolicyUnknown."""
    found = await find_policy(connection, version)
    if found is None:
        raise PolicyUnknown(f"There is no policy {version[:80]}: GET /v1/policies lists the versions.")
    return found
