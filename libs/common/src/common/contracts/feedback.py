"""What does feedback publish about surveys, cases and ideas? The data of every type of events.md section 6."""

from typing import Final

from msgspec import Struct

from common.contracts.fields import Id, Instant, Name
from common.contracts.interactions import Rating
from common.contracts.relationships import EventName


class InvitationWanted(Struct, kw_only=True, frozen=True):
    request_id: Id
    survey: Name
    survey_version: int
    survey_kind: str
    language: Name
    url: str
    expires_at: Instant
    reminder: bool
    throttle_exempt: bool
    wave: Name | None = None
    touchpoint: Name | None = None
    case_id: Id | None = None


class Answer(Struct, kw_only=True, frozen=True):
    """One question answered: a number on its scale, a choice or several; never free text."""

    question: Name
    kind: Name
    value: float | str | list[str]
    min: float | None = None
    max: float | None = None


class SurveyAnswered(Struct, kw_only=True, frozen=True):
    """`rating` is the main question turned so that high = good; scoring reads only it."""

    answer_id: Id
    survey: Name
    survey_version: int
    survey_kind: str
    channel: str
    answers: list[Answer]
    origin: str
    wave: Name | None = None
    touchpoint: Name | None = None
    rating: Rating | None = None
    request_id: Id | None = None


class Case(Struct, kw_only=True, frozen=True):
    """What every fact about a case says first."""

    case_id: Id
    cause: str
    severity: str
    touchpoint: Name | None = None
    owner: Id | None = None


class CaseOpened(Case, kw_only=True, frozen=True):
    signal: EventName
    contact_due_at: Instant
    reopened: bool


class CaseOverdue(Case, kw_only=True, frozen=True):
    """`first_verdict`: nothing was said of this case's clock before; scoring counts a case once."""

    contact_due_at: Instant
    first_verdict: bool | None = None


class CaseClosed(Case, kw_only=True, frozen=True):
    """`first_verdict`: closed within the clock, and nothing was said of this case's clock before."""

    resolution: str
    within_clock: bool
    first_verdict: bool | None = None
    promise_kept: bool
    root_cause: Name | None = None


class RecoveryWanted(Case, kw_only=True, frozen=True):
    benefit: Name


class IdeaChanged(Struct, kw_only=True, frozen=True):
    idea_id: Id
    title: Name
    status: str
    reason: Name | None = None


DATA: Final[dict[str, type[Struct]]] = {
    "survey.invitation_wanted": InvitationWanted,
    "survey.answered": SurveyAnswered,
    "case.opened": CaseOpened,
    "case.overdue": CaseOverdue,
    "case.closed": CaseClosed,
    "case.recovery_wanted": RecoveryWanted,
    "idea.changed": IdeaChanged,
}
