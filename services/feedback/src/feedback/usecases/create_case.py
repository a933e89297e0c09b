"""What do staff see that nobody told? A case by hand; one that is open for the same matter takes it in."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case, Cause, Severity
from feedback.domain.case_signal import CaseSignal
from feedback.store.database_clock import read_now
from feedback.usecases.assign_case import assign
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.note_case import write_note
from feedback.usecases.open_cases import open_cases
from feedback.usecases.publish_cases import SOURCE
from feedback.usecases.read_customer import read_customer


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReport:
    """What `author` says; `customer` may be an alias, `id` is new."""

    id: str
    customer: str
    author: str
    severity: Severity
    touchpoint: str | None
    order_id: str | None
    ticket_id: str | None
    owner: str | None
    note: str | None


async def create_case(connection: AsyncConnection, report: StaffReport, *, desk: CaseDesk) -> Case:
    """The new case, or the open one that the report went to. Raises UnknownCustomer, CustomerErased."""
    known = await read_customer(connection, report.customer)
    now = await read_now(connection)
    signal = CaseSignal(
        source=SOURCE,
        id=report.id,
        customer=known.customer,
        at=now,
        cause=Cause.STAFF,
        severity=report.severity,
        touchpoint=report.touchpoint,
        order_id=report.order_id,
        ticket_id=report.ticket_id,
    )
    case = (await open_cases(connection, [signal], now=now, desk=desk))[signal.source, signal.id]
    await write_note(connection, case, author=report.author, text=report.note, at=now, desk=desk)
    return case if report.owner is None else await assign(connection, case, report.owner)
