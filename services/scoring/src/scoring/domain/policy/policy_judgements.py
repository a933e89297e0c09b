"""Which rules of a policy judge trust, stage, lifetime value and care, one typed value each?

Source: scoring-model.md sections 3 and 9; beside policy_rules.py, read the same way.
Example: care weights that sum to 0.9 are refused with "care.weights: must sum to 1".
"""

from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.policy_rules import ShrunkMean
from scoring.domain.policy.read_rule import (
    Amount,
    At,
    Guard,
    OneOrMore,
    Positive,
    Score,
    Share,
    Whole,
    share,
    weights_of,
    whole,
)
from scoring.domain.policy.reading import PolicyInvalid, Section

STAGES: Final = ("initial_contact", "trust_building", "loyalty", "long_term")
CARE_PARTS: Final = ("cs", "cl", "cv", "ce", "cf")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRule:
    """Half-life in days, prior weight k and prior p0, and how many kept promises one broken promise weighs."""

    half_life_days: Positive
    prior_weight: Positive
    prior: Share
    broken_weight: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ClvRule:
    """Orders that the prior mean weighs, margin and yearly discount as fractions."""

    prior_orders: Positive
    margin: Share
    yearly_discount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    guard_days: Guard
    long_term_tenure: Annotated[Whole, At("long_term.tenure_at_least")]
    long_term_quarters: Annotated[int, whole(most=4), At("long_term.active_quarters_at_least")]
    long_term_risk_below: Annotated[Share, At("long_term.risk_below")]
    long_term_evaluation: Annotated[Score, At("long_term.evaluation_at_least")]
    loyalty_purchase_days: Annotated[OneOrMore, At("loyalty.purchase_days_at_least")]
    loyalty_within_days: Annotated[OneOrMore, At("loyalty.within_days")]
    loyalty_tenure: Annotated[Whole, At("loyalty.tenure_at_least")]
    trust_purchase_days: Annotated[OneOrMore, At("trust_building.purchase_days_at_least")]
    trust_contacts: Annotated[OneOrMore, At("trust_building.or_one_and_contacts_at_least")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRule:
    """Weights in the order of CARE_PARTS; CS is a shrunk mean, CF fades and is known from an amount."""

    weights: Annotated[tuple[float, ...], weights_of(CARE_PARTS, share)]
    cs: ShrunkMean
    cf_half_life_days: Annotated[Positive, At("cf.half_life_days")]
    cf_known_from: Annotated[Positive, At("cf.known_from")]
    provisional_below: Share

    def check(self, section: Section) -> None:
        if self.weights[1] + self.weights[2] <= 0:
            raise PolicyInvalid(section.path("weights"), "cl or cv must count")
