"""Did staff speak with the customer by another way than a task? Then the clock of the round stops."""

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import RUNNING, Case, CaseNotRunning, contact
from feedback.store.cases import save_cases
from feedback.store.database_clock import read_now
from feedback.usecases.find_case import find_case


async def contact_case(connection: AsyncConnection, case_id: str) -> Case:
    """The case as contacted now. Raises CaseUnknown, CaseNotRunning."""
    case = await find_case(connection, case_id)
    if case.state not in RUNNING:
        raise CaseNotRunning(f"{case.case_id} is {case.state}: reopen it first.", state=case.state)
    contacted = contact(case, await read_now(connection))
    await save_cases(connection, [contacted])
    return contacted
