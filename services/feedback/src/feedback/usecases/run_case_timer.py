"""A case's timer fired: is its contact overdue, or has it been settled long enough to close?"""

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.timers import Timer
from feedback.domain.case import SETTLED, Case, close, run_out
from feedback.store.cases import read_cases_locked, save_cases
from feedback.store.database_clock import read_now
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.plan_case_timers import CLOSE, Round
from feedback.usecases.publish_cases import closed, overdue, publish_cases


async def run_case_timer(connection: AsyncConnection, timer: Timer, desk: CaseDesk) -> None:
    """Publish `case.overdue` or `case.closed`; the timer of an earlier round, or of a case that moved on, is idle."""
    told = convert(timer.payload, Round)
    case = (await read_cases_locked(connection, [told.number])).get(told.number)
    if case is None or case.round != told.round:
        return
    now = await read_now(connection)
    if timer.kind == CLOSE:
        if case.state in SETTLED:
            await _save(connection, ended := close(case, now))
            await publish_cases(connection, [closed(ended, at=now)], partitions=desk.partitions)
        return
    late = run_out(case, now)
    if late != case:
        await _save(connection, late)
        await publish_cases(connection, [overdue(late, at=now)], partitions=desk.partitions)


async def _save(connection: AsyncConnection, case: Case) -> None:
    await save_cases(connection, [case])
