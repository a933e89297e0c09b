"""A case's timer fired: is its contact overdue, or has it been settled long enough to close?"""

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.timers import Timer
from feedback.domain.case import SETTLED, close, run_out
from feedback.store.cases import read_cases_locked, save_cases
from feedback.store.database_clock import read_now
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.end_cases import end_cases
from feedback.usecases.plan_case_timers import CLOSE, Round
from feedback.usecases.publish_cases import overdue, publish_cases


async def run_case_timer(connection: AsyncConnection, timer: Timer, desk: CaseDesk) -> None:
    """Publish `case.overdue` or `case.closed`; the timer of an earlier round, or of a case that moved on, is idle."""
    told = convert(timer.payload, Round)
    case = (await read_cases_locked(connection, [told.number])).get(told.number)
    if case is None or case.round != told.round:
        return
    now = await read_now(connection)
    if timer.kind == CLOSE:
        if case.state in SETTLED:
            await end_cases(connection, [close(case, now)], now=now, desk=desk)
        return
    late = run_out(case, now)
    if late != case:
        await save_cases(connection, [late])
        await publish_cases(connection, [overdue(late, at=now)], partitions=desk.partitions)
