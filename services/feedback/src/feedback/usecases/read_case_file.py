"""What is known of one case? Its state, what it was opened for, and the notes of staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import resolve
from feedback.domain.case import Case
from feedback.domain.case_signal import CaseSignal
from feedback.store.case_signals import CaseNote, read_notes, read_signals
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.find_case import look_at_case


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """`customer` is the canonical one today."""

    case: Case
    customer: str
    signals: Sequence[CaseSignal]
    notes: Sequence[CaseNote]


async def read_case_file(connection: AsyncConnection, case_id: str, *, desk: CaseDesk) -> CaseFile:
    """The file of a case; CaseUnknown where there is none."""
    case = await look_at_case(connection, case_id)
    return CaseFile(
        case=case,
        customer=await resolve(connection, case.customer),
        signals=(await read_signals(connection, [case.number]))[case.number],
        notes=await read_notes(connection, case.number, desk.seal),
    )
