"""Which rules of a policy judge trust, stage, lifetime value and care, one typed value each?

Source: scoring-model.md sections 3 and 9; beside policy_rules.py, read the same way.
Example: care weights that sum to 0.9 are refused with "care.weights: must sum to 1".
"""

from dataclasses import dataclass
from typing import Final

from scoring.domain.policy.policy_rules import ShrunkMean, read_guard, read_shrunk_mean
from scoring.domain.policy.reading import PolicyInvalid, Section

STAGES: Final = ("initial_contact", "trust_building", "loyalty", "long_term")
CARE_PARTS: Final = ("cs", "cl", "cv", "ce", "cf")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRule:
    """Half-life in days, prior weight k and prior p0, and how many kept promises one broken promise weighs."""

    half_life_days: float
    prior_weight: float
    prior: float
    broken_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClvRule:
    """Orders that the prior mean weighs, margin and yearly discount as fractions."""

    prior_orders: float
    margin: float
    yearly_discount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    guard_days: int
    long_term_tenure: int
    long_term_quarters: int
    long_term_risk_below: float
    long_term_evaluation: float
    loyalty_purchase_days: int
    loyalty_within_days: int
    loyalty_tenure: int
    trust_purchase_days: int
    trust_contacts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRule:
    """Weights in the order of CARE_PARTS, summing to 1; CS is a shrunk mean, CF fades and is known from an amount."""

    weights: tuple[float, ...]
    cs: ShrunkMean
    cf_half_life_days: float
    cf_known_from: float
    provisional_below: float


def read_trust(section: Section) -> TrustRule:
    rule = TrustRule(
        half_life_days=section.positive("half_life_days"),
        prior_weight=section.positive("prior_weight"),
        prior=section.number("prior", most=1),
        broken_weight=section.positive("broken_weight"),
    )
    section.finish()
    return rule


def read_clv(section: Section) -> ClvRule:
    rule = ClvRule(
        prior_orders=section.positive("prior_orders"),
        margin=section.number("margin", most=1),
        yearly_discount=section.number("yearly_discount"),
    )
    section.finish()
    return rule


def read_stage(section: Section) -> StageRule:
    long_term, loyalty, building = (section.section(name) for name in ("long_term", "loyalty", "trust_building"))
    rule = StageRule(
        guard_days=read_guard(section),
        long_term_tenure=long_term.whole("tenure_at_least"),
        long_term_quarters=long_term.whole("active_quarters_at_least", most=4),
        long_term_risk_below=long_term.number("risk_below", most=1),
        long_term_evaluation=long_term.number("evaluation_at_least", most=100),
        loyalty_purchase_days=loyalty.whole("purchase_days_at_least", least=1),
        loyalty_within_days=loyalty.whole("within_days", least=1),
        loyalty_tenure=loyalty.whole("tenure_at_least"),
        trust_purchase_days=building.whole("purchase_days_at_least", least=1),
        trust_contacts=building.whole("or_one_and_contacts_at_least", least=1),
    )
    for each in (section, long_term, loyalty, building):
        each.finish()
    return rule


def read_care(section: Section) -> CareRule:
    parts, cf = section.section("weights"), section.section("cf")
    weights = tuple(parts.number(name, most=1) for name in CARE_PARTS)
    if abs(sum(weights) - 1) > 1e-9:
        raise PolicyInvalid(section.path("weights"), "must sum to 1")
    if weights[1] + weights[2] <= 0:
        raise PolicyInvalid(section.path("weights"), "cl or cv must count")
    rule = CareRule(
        weights=weights,
        cs=read_shrunk_mean(section.section("cs")),
        cf_half_life_days=cf.positive("half_life_days"),
        cf_known_from=cf.positive("known_from"),
        provisional_below=section.number("provisional_below", most=1),
    )
    for each in (section, parts, cf):
        each.finish()
    return rule
