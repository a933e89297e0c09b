"""What is an ask? Planned for an occasion, then wanted or skipped; then sent, not sent, answered or expired.

Source: feedback-model.md section 2. An answer ends it whatever it was; only what was sent can be reminded of.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RequestState(StrEnum):
    PLANNED = "planned"
    WANTED = "wanted"
    SENT = "sent"
    NOT_SENT = "not_sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    SKIPPED = "skipped"


class Skipped(StrEnum):
    """Why an ask is skipped, beside the throttle."""

    TOO_OLD = "too_old"
    SURVEY_OFF = "survey_off"
    ANSWERED = "answered"
    CLOSED = "closed"
    CASE_REOPENED = "case_reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An ask to come. (survey, source, id) is the occasion and is asked for once, for ever."""

    survey: str
    kind: str
    customer: str
    source: str
    id: str
    at: datetime
    due_at: datetime
    touchpoint: str | None = None
    wave: str | None = None
    reminder_of: str | None = None
    throttle_exempt: bool = False
    case_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRequest:
    """What became of an ask, for those who look it up; `number` is its place in the list."""

    number: int
    request_id: str
    survey: str
    version: int | None
    kind: str
    wave: str | None
    touchpoint: str | None
    customer: str
    language: str | None
    state: str
    reason: str | None
    asked_at: datetime | None
    sent_at: datetime | None
    opened_at: datetime | None
    expires_at: datetime | None
    reminder_of: str | None
    throttle_exempt: bool
    case_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A row as it stands."""

    request_id: str
    survey: str
    version: int | None
    kind: str
    wave: str | None
    touchpoint: str | None
    customer: str
    language: str | None
    state: RequestState
    reason: str | None
    occasion_at: datetime
    asked_at: datetime | None
    sent_at: datetime | None
    expires_at: datetime | None
    reminder_of: str | None
    throttle_exempt: bool
    case_id: str | None
    token_seed: bytes | None
    token_hash: bytes | None
