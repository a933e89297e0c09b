"""Was a case ended too early? Staff reopen it, and a new clock runs."""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import members, resolve
from common.errors import Conflict
from feedback.domain.case import Case, Cause, reopen
from feedback.domain.case_clock import contact_due
from feedback.domain.case_signal import CaseSignal
from feedback.store.case_signals import add_signals
from feedback.store.cases import lock_cases_of, read_unclosed_cases, save_cases
from feedback.store.database_clock import read_now
from feedback.store.relationships import read_key_accounts
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.find_case import find_case, look_at_case
from feedback.usecases.note_case import write_note
from feedback.usecases.plan_case_timers import plan_overdue
from feedback.usecases.plan_reask import drop_reask
from feedback.usecases.publish_cases import SOURCE, opened, publish_cases


class AnotherCaseOpen(Conflict):
    """The same matter of the customer has an open case by now."""

    code = "another_case_open"


async def reopen_case(
    connection: AsyncConnection, case_id: str, *, signal_id: str, note: str | None, author: str, desk: CaseDesk
) -> Case:
    """The case in a new round. Raises CaseUnknown, CaseRunning, AnotherCaseOpen."""
    customer = await resolve(connection, (await look_at_case(connection, case_id)).customer)
    await lock_cases_of(connection, [customer])
    case = await find_case(connection, case_id)
    families = await members(connection, [customer])
    await _refuse_second(connection, case, families[customer])
    now = await read_now(connection)
    due = contact_due(
        now,
        severity=case.severity,
        key_account=bool(await read_key_accounts(connection, families)),
        zone=desk.zone,
        policy=desk.policy,
    )
    again = reopen(case, now, contact_due_at=due)
    signal = CaseSignal(source=SOURCE, id=signal_id, customer=case.customer, at=now, cause=Cause.STAFF)
    await save_cases(connection, [again])
    await add_signals(connection, [(case.number, signal)])
    await write_note(connection, again, author=author, text=note, at=now, desk=desk)
    await plan_overdue(connection, [again])
    await drop_reask(connection, case.case_id)
    await publish_cases(connection, [opened(again, signal)], partitions=desk.partitions)
    return again


async def _refuse_second(connection: AsyncConnection, case: Case, ids: list[str]) -> None:
    for other in await read_unclosed_cases(connection, ids):
        if other.about == case.about and other.number != case.number:
            raise AnotherCaseOpen(f"{other.case_id} is open for the same matter: go on there.", case_id=other.case_id)
