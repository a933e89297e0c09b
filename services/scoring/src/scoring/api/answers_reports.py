"""What do reports of the whole base look like? http-api.md section 4."""

from datetime import date

from pydantic import BaseModel, Field

from common.http.freshness import Freshness
from scoring.api.answers import Versions


class SentenceAnswer(BaseModel):
    """What the report says, in English and Chinese."""

    en: str
    zh: str


class ReportAnswer(BaseModel):
    """What every report carries beside its figures; `versions` are the rules in force."""

    as_of: date
    currency: str
    sentence: SentenceAnswer
    versions: Versions
    freshness: Freshness


class SharesRow(BaseModel):
    """Customers of one segment or tier, and their net money of the last 12 months; shares from 0 to 1."""

    name: str
    customers: int
    share: float
    monetary_minor: int
    monetary_share: float


class SharesAnswer(ReportAnswer):
    """Highest first; the rows add up to the totals."""

    data: list[SharesRow]
    customers: int
    monetary_minor: int


class LifecycleRow(BaseModel):
    """Customers of one stage and segment; `actions` are names of shipped playbooks that suit them."""

    stage: str
    segment: str
    customers: int
    share: float
    monetary_minor: int
    monetary_share: float
    actions: list[str]


class LifecycleAnswer(ReportAnswer):
    """Every cell, the furthest stage and the highest segment first; the rows add up to the totals."""

    data: list[LifecycleRow]
    customers: int
    monetary_minor: int


class LorenzPoint(BaseModel):
    """The poorest `customers_share` bring `monetary_share` of the money."""

    customers_share: float
    monetary_share: float


class ParetoAnswer(ReportAnswer):
    """How the net money of 12 months is spread over the customers with positive money; null without any.

    `top_share`: what the `top_customers`, a fifth of them, really bring. `key_account_*`: those at or above the frozen
    cut-off, which calibration sets.
    """

    customers: int
    monetary_minor: int
    top_customers: int
    top_share: float | None
    customers_of_80_percent: int
    share_of_80_percent: float | None
    gini: float | None
    lorenz: list[LorenzPoint]
    key_account_minor: int
    key_accounts: int
    key_account_share: float | None


class MoveRow(BaseModel):
    """Customers who stood `before` on the first day and `after` on the second; `before` null: they arrived."""

    before: str | None
    after: str
    customers: int
    monetary_minor: int


class FlowAnswer(ReportAnswer):
    """Every move that anybody made, staying included; `as_of` is the second day.

    `falls_share`: of those known on the first day; `alarm`: it is above the policy's `falls_alarm_share`.
    """

    data: list[MoveRow]
    from_: date = Field(serialization_alias="from")
    to: date
    customers: int
    arrivals: int
    stayed: int
    rises: int
    falls: int
    falls_share: float
    falls_minor: int
    falls_alarm_share: float
    alarm: bool


class AgainRow(BaseModel):
    """How many of a cohort bought in the n-th month after their first; `is_whole`: that month is over."""

    month: int
    customers: int
    share: float
    is_whole: bool


class CohortRow(BaseModel):
    """Customers whose first purchase lies in `month` (YYYY-MM), and their net money of all history."""

    month: str
    customers: int
    monetary_minor: int
    again: list[AgainRow]


class RetentionAnswer(ReportAnswer):
    """Cohorts, oldest first. `repeat_purchase_rate`: of all `buyers`, who bought on at least two days."""

    data: list[CohortRow]
    buyers: int
    repeat_buyers: int
    repeat_purchase_rate: float | None
    next_month_rate: float | None


class RecencyRow(BaseModel):
    """Buyers who last bought from `from_days` to `to_days` ago; null: and longer."""

    from_days: int
    to_days: int | None
    customers: int
    share: float
    monetary_minor: int
    monetary_share: float
    mean_churn_risk: float | None


class WarningRow(BaseModel):
    """A key account whose churn risk rose; `churn_risk_before`: as of `look_back_days` earlier."""

    customer: str
    recency_days: int
    monetary_minor: int
    churn_risk: float
    churn_risk_before: float


class RecencyAnswer(ReportAnswer):
    """Bins, the most recent first; at most 100 warnings, those with most money first."""

    data: list[RecencyRow]
    customers: int
    monetary_minor: int
    early_warning: list[WarningRow]
    look_back_days: int
    risk_rise_at_least: float
