"""Has staff an answer for the customer? The case is settled, and closes by itself when nobody reopens it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case, Resolution, settle
from feedback.store.cases import save_cases
from feedback.store.database_clock import read_now
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.find_case import find_case
from feedback.usecases.note_case import write_note
from feedback.usecases.plan_case_timers import plan_close


async def resolve_case(
    connection: AsyncConnection,
    case_id: str,
    *,
    resolution: Resolution,
    root_cause: str | None,
    note: str | None,
    author: str,
    desk: CaseDesk,
) -> Case:
    """The settled case. Raises CaseUnknown, CaseNotRunning."""
    case = await find_case(connection, case_id)
    now = await read_now(connection)
    settled = settle(case, resolution, now)
    settled = replace(settled, root_cause=root_cause or settled.root_cause)
    await save_cases(connection, [settled])
    await write_note(connection, settled, author=author, text=note, at=now, desk=desk)
    await plan_close(connection, settled, desk.policy)
    return settled
