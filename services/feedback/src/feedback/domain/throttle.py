"""May this person be asked now? One throttle per person; it skips and does not queue.

Source: feedback-model.md section 2. Relationship surveys: 90 days since the last relationship ask and 14 since any;
transaction surveys: 30 since any; nobody in the first 21 days. Days are calendar days of the deployment's zone.
Pending and sent asks count; refused and unsent ones, and reminders, do not. A re-ask of a recovered detractor passes
and counts as any ask. Example: asked on 1 January, a transaction survey may ask on 31 January, not on the 30th.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from feedback.domain.survey import ThrottleClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """The days that must lie between."""

    first_contact_days: int = 21
    relationship_days: int = 90
    relationship_any_days: int = 14
    transaction_any_days: int = 30


class Throttled(StrEnum):
    """Why an ask is skipped."""

    TOO_NEW = "too_new"
    RELATIONSHIP_90D = "relationship_90d"
    ANY_14D = "any_14d"
    ANY_30D = "any_30d"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAsk:
    """An ask that counts: the local day, and whether it was one about the relationship."""

    on: date
    is_relationship: bool


def judge_ask(
    throttle: Throttle, kind: ThrottleClass, *, today: date, first_contact_on: date | None, past: Iterable[PastAsk]
) -> Throttled | None:
    """Why the person must not be asked today; None when it may be."""
    if first_contact_on is None or (today - first_contact_on).days < throttle.first_contact_days:
        return Throttled.TOO_NEW
    asks = list(past)
    if kind is ThrottleClass.TRANSACTION:
        return Throttled.ANY_30D if _within(throttle.transaction_any_days, today, asks) else None
    if _within(throttle.relationship_days, today, [ask for ask in asks if ask.is_relationship]):
        return Throttled.RELATIONSHIP_90D
    return Throttled.ANY_14D if _within(throttle.relationship_any_days, today, asks) else None


def _within(days: int, today: date, asks: Iterable[PastAsk]) -> bool:
    return any((today - ask.on).days < days for ask in asks)
