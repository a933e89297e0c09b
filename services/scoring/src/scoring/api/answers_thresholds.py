"""What do answers about thresholds look like: records that may be given to the preview, and the report of each?"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from scoring.domain.policy.thresholds import Thresholds
from scoring.store.thresholds import ThresholdsRecord


class ChurnFigures(BaseModel):
    """Half-life in days, prior r, prior alpha in days."""

    h: float
    r: float
    alpha: float


class ThresholdsRow(BaseModel):
    """One record. `fixed`, the policy's own, has no day, no base and no maker; in force until the first calibration."""

    version: str
    in_force: bool
    recency: list[float]
    frequency: list[float]
    monetary: list[float]
    value: list[float]
    key_account_minor: int
    m50_minor: float
    m0_minor: float
    churn: ChurnFigures
    as_of: date | None = None
    window_days: int | None = None
    buyers: int | None = None
    made_by: str | None = None
    made_at: datetime | None = None

    @classmethod
    def of(cls, record: ThresholdsRecord, in_force: Thresholds) -> "ThresholdsRow":
        return cls(
            **record.body,
            version=record.version,
            in_force=record.version == in_force.version,
            as_of=record.as_of,
            window_days=record.report["window_days"],
            buyers=record.report["buyers"],
            made_by=record.made_by,
            made_at=record.made_at,
        )

    @classmethod
    def of_fixed(cls, fixed: Thresholds, in_force: Thresholds) -> "ThresholdsRow":
        return cls(**fixed.as_mapping(), version=fixed.version, in_force=fixed.version == in_force.version)


class ThresholdsAnswer(BaseModel):
    """Every record of thresholds, newest first, the policy's own last."""

    data: list[ThresholdsRow]
    next_cursor: None = None
    has_more: bool = False


class ThresholdsInFull(ThresholdsRow):
    """One record with the report of its calibration: figures, who moved, and `text` (Markdown) by language."""

    report: dict[str, Any] | None
