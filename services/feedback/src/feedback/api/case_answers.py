"""How is a case shown? Notes and signals stand in the file of one case only."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from common.http.freshness import Freshness
from feedback.domain.case import Case, CaseState, Cause, Resolution, Severity
from feedback.domain.case_signal import CaseSignal
from feedback.usecases.read_case_file import CaseFile


class CaseAnswer(BaseModel):
    """A case. `within_clock` is null while the clock of its round runs."""

    id: str
    customer: str
    about: str
    cause: Cause
    severity: Severity
    touchpoint: str | None
    owner: str
    state: CaseState
    round: int
    opened_at: datetime
    clock_from: datetime
    contact_due_at: datetime
    contacted_at: datetime | None
    overdue_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    resolution: Resolution | None
    within_clock: bool | None
    promise_kept: bool | None
    root_cause: str | None
    benefit: str | None


class SignalAnswer(BaseModel):
    """An event that the case was opened for or that went to it."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    id: str
    at: datetime
    cause: Cause
    severity: Severity
    touchpoint: str | None
    order_id: str | None
    ticket_id: str | None
    complaint_id: str | None


class NoteAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at: datetime
    author: str
    text: str


class CaseFileAnswer(CaseAnswer):
    """One case with all that is known of it."""

    signals: list[SignalAnswer]
    notes: list[NoteAnswer]
    as_of: date
    freshness: Freshness


class CasesAnswer(BaseModel):
    """A page of cases: those that are not closed first, each by when the contact is due."""

    data: Sequence[CaseAnswer]
    next_cursor: str | None
    has_more: bool
    as_of: date
    freshness: Freshness


def case_answer(case: Case, customer: str) -> CaseAnswer:
    """A case, with its canonical customer."""
    return CaseAnswer(**_fields(case, customer))


def case_file_answer(file: CaseFile, as_of: date, freshness: Freshness) -> CaseFileAnswer:
    """A case with its signals and notes."""
    return CaseFileAnswer(
        **_fields(file.case, file.customer),
        signals=[_signal(signal) for signal in file.signals],
        notes=[NoteAnswer.model_validate(note) for note in file.notes],
        as_of=as_of,
        freshness=freshness,
    )


def _signal(signal: CaseSignal) -> SignalAnswer:
    return SignalAnswer.model_validate(signal)


def _fields(case: Case, customer: str) -> dict[str, object]:
    names = CaseAnswer.model_fields.keys() - {"id", "customer", "within_clock"}
    running = case.contacted_at is None and case.overdue_at is None
    return {name: getattr(case, name) for name in names} | {
        "id": case.case_id,
        "customer": customer,
        "within_clock": None if running else case.within_clock,
    }
