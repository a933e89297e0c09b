"""What was the cause, and what is offered to make up for it? A benefit goes through engagement, which decides."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case
from feedback.store.cases import save_cases
from feedback.store.database_clock import read_now
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.find_case import find_case
from feedback.usecases.publish_cases import publish_cases, recovery_wanted


async def amend_case(
    connection: AsyncConnection, case_id: str, *, root_cause: str | None, benefit: str | None, desk: CaseDesk
) -> Case:
    """The case as amended; what is None stays. The same benefit is offered once. Raises CaseUnknown."""
    case = await find_case(connection, case_id)
    if benefit is not None and benefit != case.benefit:
        offer = recovery_wanted(case, benefit=benefit, at=await read_now(connection))
        await publish_cases(connection, [offer], partitions=desk.partitions)
    amended = replace(case, root_cause=root_cause or case.root_cause, benefit=benefit or case.benefit)
    await save_cases(connection, [amended])
    return amended
