"""Which answers and events open a case? (feedback-model.md section 4)

NPS <= 6 of 0-10, CSAT <= 2 of 1-5, CES <= 2 of 1-7, a complaint, a review of <= 2 of 5 stars. Other scales by
q = (value - min) / (max - min): nps <= .6, the others <= .25. Example: stars 2 of 1-5 is q .25, a signal; 3 is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from common.contracts.interactions import Rating
from feedback.domain.case import Cause, Severity
from feedback.domain.case_policy import CasePolicy

GENERAL: Final = "general"
_NEVER: Final = frozenset({"expectation"})
_OPENING: Final = frozenset({"nps", "csat", "ces"})
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSignal:
    """Why a customer should be called. `source` and `id` name the event; each has one effect."""

    source: str
    id: str
    customer: str
    at: datetime
    cause: Cause
    severity: Severity = Severity.NORMAL
    touchpoint: str | None = None
    order_id: str | None = None
    ticket_id: str | None = None
    complaint_id: str | None = None

    @property
    def about(self) -> str:
        """What the case is about: one is open at a time for each customer and matter."""
        return matter(touchpoint=self.touchpoint, order_id=self.order_id, ticket_id=self.ticket_id) or GENERAL


def matter(*, touchpoint: str | None, order_id: str | None, ticket_id: str | None) -> str | None:
    """The touchpoint, else the order or ticket; None when none is named."""
    if touchpoint is not None:
        return f"touchpoint:{touchpoint}"
    if order_id is not None:
        return f"order:{order_id}"
    return None if ticket_id is None else f"ticket:{ticket_id}"


def is_bad(rating: Rating, policy: CasePolicy) -> bool:
    """Whether an answer is so low that somebody should call."""
    if rating.kind in _NEVER:
        return False
    share = policy.nps_share if rating.kind == "nps" else policy.other_share
    return rating.value - rating.min <= share * (rating.max - rating.min) + _TOLERANCE


def is_too_old(at: datetime, now: datetime, policy: CasePolicy) -> bool:
    """Whether a signal opens nothing any more: an import of a year's history calls nobody."""
    return now - at > timedelta(days=policy.signal_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintResolution:
    """What a `complaint.resolved` said; `about` is null when it named neither touchpoint nor order nor ticket."""

    source: str
    id: str
    customer: str
    at: datetime
    complaint_id: str | None = None
    case_id: str | None = None
    about: str | None = None


def resolves(resolution: ComplaintResolution, complaint: CaseSignal) -> bool:
    """Whether a complaint is settled by it: the same complaint id; without ids the same matter, or all up to then."""
    if complaint.cause is not Cause.COMPLAINT or complaint.at > resolution.at:
        return False
    if resolution.complaint_id is not None and complaint.complaint_id is not None:
        return resolution.complaint_id == complaint.complaint_id
    return resolution.about is None or resolution.about == complaint.about


def answer_signal(
    *,
    answer_id: str,
    customer: str,
    rating: Rating,
    touchpoint: str | None,
    answered_at: datetime,
    policy: CasePolicy,
) -> CaseSignal | None:
    """The signal that an answer is; None when it is good enough, or of a kind that opens nothing."""
    if rating.kind not in _OPENING or not is_bad(rating, policy):
        return None
    return CaseSignal(
        source="guanxi.feedback",
        id=answer_id,
        customer=customer,
        at=answered_at,
        cause=Cause(rating.kind),
        touchpoint=touchpoint,
    )
