"""What does an answer about the audits look like?"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class FindingRow(BaseModel):
    """One difference: of an event, of a customer's row, or of a place on the log; `detail` says what it means."""

    number: int
    run: int
    found_at: datetime
    kind: str
    customer: str | None
    topic: str | None
    partition: int | None
    offset: int | None
    source: str | None
    id: str | None
    detail: str
    is_repaired: bool


class RunRow(BaseModel):
    """One audit; `ended_at` is null while it runs, or when it was broken off."""

    number: int
    began_at: datetime
    ended_at: datetime | None
    events: int
    customers: int
    found: int
    repaired: int


class PlaceRow(BaseModel):
    """How far a partition was audited: so many events, with the sum of their 64-bit hashes, up to before an offset."""

    model_config = ConfigDict(from_attributes=True)

    topic: str
    partition: int
    next_offset: int
    events: int
    hash: int
    audited_at: datetime


class AuditAnswer(BaseModel):
    """Findings, newest first; the last 24 runs; how far the log was audited."""

    data: list[FindingRow]
    next_cursor: str | None
    has_more: bool
    runs: list[RunRow]
    places: list[PlaceRow]
