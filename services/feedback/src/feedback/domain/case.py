"""What may happen to a case? open -> contacted -> resolved | cannot_resolve -> closed; reopened from the last three.

Source: feedback-model.md section 4. A round begins when a case is opened or reopened and has a clock of its own, which
runs out at most once. Settling a case that nobody contacted is its first contact. The first verdict on a case (a clock
ran out, or it closed within its clock) is the one that scoring counts, whatever later rounds bring (scoring-model.md
section 2). Example: opened at 10:00 and due at 14:00, contacted at 13:00, resolved at 15:00: it closes 7 days later,
within its clock.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from common.errors import Conflict


class CaseState(StrEnum):
    OPEN = "open"
    CONTACTED = "contacted"
    RESOLVED = "resolved"
    CANNOT_RESOLVE = "cannot_resolve"
    CLOSED = "closed"


class Resolution(StrEnum):
    RESOLVED = "resolved"
    CANNOT_RESOLVE = "cannot_resolve"


class Severity(StrEnum):
    NORMAL = "normal"
    SEVERE = "severe"


class Cause(StrEnum):
    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    COMPLAINT = "complaint"
    REVIEW = "review"
    STAFF = "staff"


class RootCause(StrEnum):
    """The driver taxonomy of customer experience management (feedback-model.md section 1)."""

    PRODUCT_QUALITY = "product_quality"
    PRODUCT_PERFORMANCE = "product_performance"
    SERVICE_ATTITUDE = "service_attitude"
    RESPONSE_SPEED = "response_speed"
    ENVIRONMENT = "environment"
    BRAND_IMAGE = "brand_image"
    PRICE = "price"
    DELIVERY = "delivery"
    AFTER_SALES = "after_sales"


RUNNING: Final = (CaseState.OPEN, CaseState.CONTACTED)
SETTLED: Final = (CaseState.RESOLVED, CaseState.CANNOT_RESOLVE)


class CaseNotRunning(Conflict):
    """The case is settled or closed already."""

    code = "case_not_running"


class CaseRunning(Conflict):
    """Only a case that is settled or closed can be reopened."""

    code = "case_running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One matter of one customer. `round` counts openings; `clock_from` and what follows belong to the round.

    `judged_at` belongs to the case: when the first verdict fell.
    """

    number: int
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
    contacted_at: datetime | None = None
    overdue_at: datetime | None = None
    settled_at: datetime | None = None
    closed_at: datetime | None = None
    resolution: Resolution | None = None
    promise_kept: bool | None = None
    root_cause: str | None = None
    benefit: str | None = None
    judged_at: datetime | None = None

    @property
    def case_id(self) -> str:
        return f"case_{self.number}"

    @property
    def within_clock(self) -> bool:
        """Whether the first contact of the round was in time."""
        return self.contacted_at is not None and self.contacted_at <= self.contact_due_at

    def is_first_verdict(self, at: datetime) -> bool:
        """Whether what happened at an instant was the first verdict on the case."""
        return self.judged_at == at


_CASE_ID: Final = re.compile(r"case_([1-9][0-9]{0,17})")


def number_of(case_id: str) -> int | None:
    """The number in a case id; None when it is none."""
    match = _CASE_ID.fullmatch(case_id)
    return int(match[1]) if match else None


def contact(case: Case, at: datetime) -> Case:
    """Somebody reached the customer: of several contacts in a round the earliest counts, of an earlier round none."""
    if case.state is CaseState.CLOSED or at < case.clock_from:
        return case
    first = at if case.contacted_at is None else min(case.contacted_at, at)
    state = CaseState.CONTACTED if case.state is CaseState.OPEN else case.state
    return replace(case, contacted_at=first, state=state)


def run_out(case: Case, at: datetime) -> Case:
    """The clock of the round ran out before a contact; the same case when it did not, or was told already."""
    waits = case.overdue_at is None and case.contact_due_at <= at
    late = waits and case.state is not CaseState.CLOSED and not case.within_clock
    return replace(case, overdue_at=at, judged_at=case.judged_at or at) if late else case


def settle(case: Case, resolution: Resolution, at: datetime) -> Case:
    """Staff have an answer. CaseNotRunning unless the case is open or contacted."""
    if case.state not in RUNNING:
        raise CaseNotRunning(f"{case.case_id} is {case.state}: reopen it first.", state=case.state)
    return replace(contact(case, at), state=CaseState(resolution), resolution=resolution, settled_at=at)


def close(case: Case, at: datetime) -> Case:
    """The end of a settled case: a promise was kept where staff resolved it here."""
    return _ended(case, at, promise_kept=case.resolution is Resolution.RESOLVED)


def close_by_complaint(case: Case, at: datetime, *, resolved_at: datetime) -> Case:
    """The complaint was resolved elsewhere, where that was counted as a promise kept."""
    heard = contact(case, max(resolved_at, case.clock_from))
    return _ended(replace(heard, resolution=Resolution.RESOLVED), at, promise_kept=False)


def _ended(case: Case, at: datetime, *, promise_kept: bool) -> Case:
    judged_at = at if case.judged_at is None and case.within_clock else case.judged_at
    return replace(case, state=CaseState.CLOSED, closed_at=at, promise_kept=promise_kept, judged_at=judged_at)


def abandon(case: Case, at: datetime) -> Case:
    """The customer was erased: nobody can be called any more."""
    return replace(close(case, at), resolution=case.resolution or Resolution.CANNOT_RESOLVE)


def reopen(case: Case, at: datetime, *, contact_due_at: datetime) -> Case:
    """A new round with a new clock. CaseRunning unless the case is settled or closed."""
    if case.state in RUNNING:
        raise CaseRunning(f"{case.case_id} is {case.state} already.", state=case.state)
    return replace(
        case,
        state=CaseState.OPEN,
        round=case.round + 1,
        clock_from=at,
        contact_due_at=contact_due_at,
        contacted_at=None,
        overdue_at=None,
        settled_at=None,
        closed_at=None,
        resolution=None,
        promise_kept=None,
    )
