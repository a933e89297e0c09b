"""What do answers about relationships look like? http-api.md section 4, and `card` of events.md section 4."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from common.http.freshness import Freshness
from scoring.domain.portrait.habits import Habits
from scoring.domain.portrait.portrait import Portrait
from scoring.domain.portrait.preferences import Preferences

Score = Annotated[float | None, Field(ge=0, le=100)]


class Scores(BaseModel):
    """0 to 100 but coverage and reciprocity (0 to 1) and personal_contact; null: see `unknown`."""

    experience: Score
    engagement: Score
    exchange: Score
    evaluation: Score
    evolution: Score
    strength: Score
    coverage: float | None
    trust: Score
    personal_contact: float | None
    reciprocity: float | None


class Rfm(BaseModel):
    """Recency, frequency and money with their ranks from 1 to 5 and the segments of today."""

    recency_days: int | None
    frequency: int | None
    monetary_minor: int | None
    r: int | None
    f: int | None
    m: int | None
    segment: str | None
    named: str | None
    chinese: str | None


class Care(BaseModel):
    """The care formula."""

    health: Score
    priority: Score
    coverage: float | None
    cs: Score
    cl: Score
    cv: Score
    ce: Score
    cf: Score


class Versions(BaseModel):
    """Which rules judged."""

    policy: str
    thresholds: str


class Card(BaseModel):
    """Where a relationship stands as of a day; a null has its reason in `unknown`.

    `habits`, `preferences` and `portrait` are drawn from the customer's own events, one customer at a time.
    """

    customer: str
    as_of: date
    scores: Scores
    severe: bool
    segment: str
    rfm: Rfm
    tier: str
    stage: str
    status: str | None
    key_account: bool
    churn_risk: float | None
    churn_band: str | None
    clv_minor: int | None
    currency: str
    care: Care
    habits: Habits | None
    preferences: Preferences | None
    portrait: Portrait | None
    orders_without_rate: list[str]
    """Keys of orders in a currency that has no rate: kept, but no purchase. At most 50."""
    unknown: dict[str, str]
    versions: Versions


class CardAnswer(Card):
    """A card, and how current it is."""

    freshness: Freshness


class CardsAnswer(BaseModel):
    """Cards in the order of the question; `missing` are those of whom nothing is known, as they were named."""

    data: list[Card]
    missing: list[str]
    as_of: date
    freshness: Freshness


class TimelineAnswer(BaseModel):
    """Canonical events, newest first."""

    data: list[dict[str, Any]]
    next_cursor: str | None
    has_more: bool
    as_of: date
    freshness: Freshness


class CustomerRow(BaseModel):
    """One customer of a list, as of its last evaluation."""

    customer: str
    as_of: date
    segment: str
    tier: str
    stage: str | None
    status: str | None
    key_account: bool | None
    churn_band: str | None
    churn_risk: float | None
    strength: float | None
    recency_days: int | None
    frequency: int
    monetary_minor: int
    care_priority: float | None


class CustomersAnswer(BaseModel):
    """A page of customers."""

    data: list[CustomerRow]
    next_cursor: str | None
    has_more: bool
    currency: str
    as_of: date
    freshness: Freshness


class EventAnswer(BaseModel):
    """One event of the ledger and where on the log it stood."""

    source: str
    id: str
    customer: str
    recorded_at: datetime
    topic: str
    partition: int
    offset: int
    event: dict[str, Any]
