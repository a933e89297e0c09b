"""What does scoring publish about a relationship? Data of relationship.* (events.md section 4)."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from common.contracts.fields import Currency, Day, Fraction, Id, Points, SignedMinor


class Dimension(StrEnum):
    SEGMENT = "segment"
    TIER = "tier"
    STAGE = "stage"
    STATUS = "status"
    KEY_ACCOUNT = "key_account"
    CHURN_BAND = "churn_band"


class Cause(StrEnum):
    """Playbooks react to EVENT and TIME, to the others only where they say so."""

    EVENT = "event"
    LATE = "late"
    TIME = "time"
    MERGE = "merge"
    POLICY = "policy"
    THRESHOLDS = "thresholds"


class Unknown(StrEnum):
    """Why a figure of the card is null."""

    NO_EVENTS = "no_events"
    TOO_FEW = "too_few"
    NO_PURCHASE = "no_purchase"
    NO_OUTBOUND = "no_outbound"
    NOT_IN_THIS_VERSION = "not_in_this_version"


class EventName(Struct, kw_only=True, frozen=True, gc=False):
    source: Id
    id: Id


class Change(Struct, kw_only=True, frozen=True, gc=False, rename={"from_": "from"}):
    """One shown dimension; `key_account` moves between booleans, the others between names."""

    dimension: str
    from_: str | bool | None = None
    to: str | bool | None = None


class Reason(Struct, kw_only=True, frozen=True):
    """One part of a score, with the events (`source/id`, at most 3) that made it."""

    component: str
    points: float
    events: list[str]


class Scores(Struct, kw_only=True, frozen=True, gc=False):
    experience: Points | None = None
    engagement: Points | None = None
    exchange: Points | None = None
    evaluation: Points | None = None
    evolution: Points | None = None
    strength: Points | None = None
    coverage: Fraction | None = None
    trust: Points | None = None
    personal_contact: float | None = None
    reciprocity: Fraction | None = None


class Rfm(Struct, kw_only=True, frozen=True, gc=False):
    recency_days: int | None = None
    frequency: int | None = None
    monetary_minor: SignedMinor | None = None
    r: int | None = None
    f: int | None = None
    m: int | None = None
    segment: str | None = None
    named: str | None = None
    chinese: str | None = None


class Care(Struct, kw_only=True, frozen=True, gc=False):
    health: Points | None = None
    priority: Points | None = None
    coverage: Fraction | None = None
    cs: Points | None = None
    cl: Points | None = None
    cv: Points | None = None
    ce: Points | None = None
    cf: Points | None = None


class Versions(Struct, kw_only=True, frozen=True, gc=False):
    policy: str
    thresholds: str


class Card(Struct, kw_only=True, frozen=True):
    """GET /v1/customers/{customer} without habits, preferences and portrait; null has its code in `unknown`."""

    customer: Id
    as_of: Day
    scores: Scores
    severe: bool
    segment: str
    rfm: Rfm
    tier: str
    stage: str | None = None
    status: str | None = None
    key_account: bool | None = None
    churn_risk: Fraction | None = None
    churn_band: str | None = None
    clv_minor: SignedMinor | None = None
    currency: Currency
    care: Care
    unknown: dict[str, str] = {}
    versions: Versions


class RelationshipEvaluated(Struct, kw_only=True, frozen=True):
    """At most 5 causing events and 3 reasons; `changes` is empty in relationship.scored."""

    as_of: Day
    cause: str
    caused_by: list[EventName]
    changes: list[Change]
    reasons: list[Reason]
    card: Card


DATA: Final[dict[str, type[Struct]]] = {
    "relationship.changed": RelationshipEvaluated,
    "relationship.scored": RelationshipEvaluated,
}
