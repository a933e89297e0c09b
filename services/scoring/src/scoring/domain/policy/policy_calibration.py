"""Which rules of a policy say when a base may be calibrated, and when a backtest raises an alarm?

Source: scoring-model.md section 5 and the policy's `calibration` and `quality`; read like policy_rules.py.
Example: `calibration: {buyers_at_least: 500, history_days_at_least: 180, order_within_days: 30}`.
"""

from dataclasses import dataclass
from typing import Annotated

from scoring.domain.policy.read_rule import OneOrMore, Positive, Score, Share, share
from scoring.domain.policy.reading import PolicyInvalid, Section


def _top_share(section: Section, key: str) -> float:
    found: float = share(section, key)
    if found <= 0:
        raise PolicyInvalid(section.path(key), "must be above 0")
    return found


TopShare = Annotated[float, _top_share]
"""Of the customers, above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRule:
    """What a base must have before its own cuts replace the policy's."""

    buyers_at_least: OneOrMore
    history_days_at_least: OneOrMore
    order_within_days: OneOrMore


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRule:
    """A healthy group drifts when it is large enough and its churn exceeds the predicted by so much in both senses.

    Healthy: churn band low, or health at least this. `excess_at_least`: as a share of the group; `sigmas_at_least`:
    in standard deviations of the predicted share.
    """

    health_at_least: Score
    customers_at_least: OneOrMore
    excess_at_least: Share
    sigmas_at_least: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """`top_share`: whose share of the future spend is told."""

    top_share: TopShare
    drift: DriftRule
