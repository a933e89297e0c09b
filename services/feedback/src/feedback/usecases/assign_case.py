"""Who answers for a case? A staff member, or a queue such as `queue:delivery`."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case
from feedback.store.cases import save_cases
from feedback.usecases.find_case import find_case


async def assign_case(connection: AsyncConnection, case_id: str, owner: str) -> Case:
    """The case with its new owner. Raises CaseUnknown."""
    return await assign(connection, await find_case(connection, case_id), owner)


async def assign(connection: AsyncConnection, case: Case, owner: str) -> Case:
    """The same for a case in hand."""
    assigned = replace(case, owner=owner)
    await save_cases(connection, [assigned])
    return assigned
