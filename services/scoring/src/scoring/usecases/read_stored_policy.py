"""What does this version of the policy say?"""

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.policies import StoredPolicy, find_stored
from scoring.usecases.choose_rules import PolicyUnknown


async def read_stored_policy(connection: AsyncConnection, version: str) -> StoredPolicy:
    """The version in full. Raises PolicyUnknown."""
    found = await find_stored(connection, version)
    if found is None:
        raise PolicyUnknown(f"There is no policy {version[:80]}: GET /v1/policies lists the versions.")
    return found
