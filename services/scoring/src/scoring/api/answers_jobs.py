"""What do answers about long runs look like?"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

State = Literal["queued", "running", "done", "failed", "cancelled"]


class JobRow(BaseModel):
    """How far a run is: `done` of `total` customers (null: not counted yet). `error` says what to do."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    state: State
    params: dict[str, Any]
    done: int
    total: int | None
    error: str | None
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobAnswer(JobRow):
    """One run; `result` once it is done, in the shape of its kind."""

    result: dict[str, Any] | None


class JobsAnswer(BaseModel):
    """Runs without their results, newest first."""

    data: list[JobRow]
    next_cursor: str | None
    has_more: bool
