"""GET /v1/policies: by which rules is judged?"""

from fastapi import APIRouter

from common.http.transaction import Connection
from scoring.api.answers_policies import PoliciesAnswer, PolicyAnswer, PolicyRow
from scoring.store.policies import list_policies
from scoring.usecases.read_stored_policy import read_stored_policy

router = APIRouter()


@router.get("/v1/policies")
async def get_policies(connection: Connection) -> PoliciesAnswer:
    """Every version, newest first."""
    return PoliciesAnswer(data=[PolicyRow.model_validate(one) for one in await list_policies(connection)])


@router.get("/v1/policies/{version}")
async def get_policy(version: str, connection: Connection) -> PolicyAnswer:
    """One version in full."""
    found = await read_stored_policy(connection, version)
    row = PolicyRow.model_validate(found.told).model_dump()
    return PolicyAnswer(**row, policy=found.body, tests=found.tests)
