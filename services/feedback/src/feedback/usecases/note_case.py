"""What did staff learn? Notes stay here and are never published."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case
from feedback.store.case_signals import CaseNote, add_note
from feedback.store.database_clock import read_now
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.find_case import find_case


async def note_case(connection: AsyncConnection, case_id: str, *, author: str, text: str, desk: CaseDesk) -> Case:
    """The case that the note was added to. Raises CaseUnknown."""
    case = await find_case(connection, case_id)
    await write_note(connection, case, author=author, text=text, at=await read_now(connection), desk=desk)
    return case


async def write_note(
    connection: AsyncConnection, case: Case, *, author: str, text: str | None, at: datetime, desk: CaseDesk
) -> None:
    """The same for a case in hand; nothing where nothing was written."""
    if text is not None:
        await add_note(connection, case.number, CaseNote(at=at, author=author, text=text), desk.seal)
