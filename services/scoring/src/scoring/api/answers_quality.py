"""What do answers about quality runs look like? Shares are from 0 to 1; null where there was nothing to tell."""

from datetime import date, datetime

from pydantic import BaseModel

from scoring.api.answers import Versions
from scoring.store.quality import QualityRun

Rated = dict[str, float | None]
"""A figure of each ranking: churn_risk, recency, frequency (purchase days ever), monetary, rfm_sum."""


class Decile(BaseModel):
    """A tenth of the customers, from the least to the most likely to leave; lift: of the share that bought."""

    decile: int
    customers: int
    predicted: float
    observed: float
    bought: float
    lift: float | None
    spend_share: float


class SegmentBuyers(BaseModel):
    """Who of a segment as of the day bought after it."""

    segment: str
    customers: int
    bought: int
    share: float | None


class HealthyGroup(BaseModel):
    """Shares that leave, predicted and observed, and how many standard deviations lie between."""

    group: str
    customers: int
    predicted: float | None
    observed: float | None
    sigmas: float | None
    alarm: bool


class Drift(BaseModel):
    alarm: bool
    groups: list[HealthyGroup]


class QualityRow(BaseModel):
    """One backtest: who had bought by `as_of`, judged as of that day, against the `horizon_days` after it.

    `brier_by_decile`: of a ranking at its best, had the share of buyers of each tenth been known. `spend_of_top`: the
    part of the later spend that the top `top_share` by each ranking hold; `lorenz`: of the top 0, 5 .. 100 %.
    """

    number: int
    as_of: date
    horizon_days: int
    versions: Versions
    made_by: str
    made_at: datetime
    customers: int
    bought: int
    share: float
    auc: Rated
    brier: Rated
    brier_by_decile: Rated
    calibration_error: float | None
    largest_calibration_error: float | None
    deciles: list[Decile]
    top_share: float
    future_minor: int
    currency: str
    spend_of_top: Rated
    lorenz: dict[str, list[float]]
    segments: list[SegmentBuyers]
    segments_ordered: bool | None
    drift: Drift
    sentences: dict[str, list[str]]

    @classmethod
    def of(cls, run: QualityRun, currency: str) -> "QualityRow":
        return cls(
            **run.result,
            number=run.number,
            as_of=run.as_of,
            horizon_days=run.horizon_days,
            versions=Versions(policy=run.policy, thresholds=run.thresholds),
            made_by=run.made_by,
            made_at=run.made_at,
            currency=currency,
        )


class QualityAnswer(BaseModel):
    """Quality runs, newest first."""

    data: list[QualityRow]
    next_cursor: str | None
    has_more: bool
