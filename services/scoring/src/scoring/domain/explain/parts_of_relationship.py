"""What does each kind of event contribute to the 5E scores, Strength, personal contact, reciprocity and trust?

Source: scoring-model.md sections 3 and 6. A part of a saturating score is its share of what is saturated.
Example: Engagement 42.565 from one attended event is one part, event_attend, 42.565 points.
"""

import math
from typing import Final

from scoring.domain.explain.parts import (
    PURCHASE,
    Contribution,
    Explain,
    Known,
    buckets_of,
    by_kind,
    counts_by_kind,
    coverage_of,
    kept_and_missed,
    mean_of,
    mean_parts,
    points_by_kind,
    purchase_days_of,
    shares,
)
from scoring.domain.policy.policy import PARTS
from scoring.domain.state.kinds import KINDS


def engagement_parts(known: Known) -> list[Contribution]:
    terms = points_by_kind(known, known.policy.engagement_half_life_days)
    return shares("engagement", float(known.columns.engagement[0]), terms)


def experience_parts(known: Known, component: str = "experience") -> list[Contribution]:
    table = known.policy.kinds
    return mean_parts(component, known, known.policy.experience, table.experience_weight, table.experience_quality)


def evaluation_parts(known: Known) -> list[Contribution]:
    table = known.policy.kinds
    return mean_parts("evaluation", known, known.policy.evaluation, table.evaluation_weight, table.evaluation_quality)


def exchange_parts(known: Known) -> list[Contribution]:
    rule = known.policy.exchange
    often = math.fsum(2 ** (-(known.day - day) / rule.purchase_half_life_days) for day in purchase_days_of(known))
    part = 100 * rule.purchase_share * (1 - 2 ** (-often / rule.purchase_half_point))
    rest = float(known.columns.exchange[0]) - part
    return [
        Contribution("exchange.purchase_days", PURCHASE, part, (PURCHASE,)),
        Contribution("exchange.net_money", PURCHASE, rest if abs(rest) > 1e-6 else 0.0, (PURCHASE,)),
    ]


def evolution_parts(known: Known) -> list[Contribution]:
    rule = known.policy.evolution
    terms = points_by_kind(known, rule.fast_half_life_days)
    bought = math.fsum(2 ** (-(known.day - day) / rule.fast_half_life_days) for day in purchase_days_of(known))
    if bought:
        terms[PURCHASE] = rule.purchase_points * bought
    return shares("evolution", float(known.columns.evolution[0]), terms)


_OF_STRENGTH: Final[dict[str, Explain]] = {
    "experience": experience_parts,
    "engagement": engagement_parts,
    "exchange": exchange_parts,
    "evaluation": evaluation_parts,
    "evolution": evolution_parts,
}


def strength_parts(known: Known) -> list[Contribution]:
    c = known.columns
    weights = [float(weight[0]) for weight in c.strength_weights]
    return mean_of("strength", known, _OF_STRENGTH, weights, [float(getattr(c, name)[0]) for name in PARTS])


def coverage_parts(known: Known) -> list[Contribution]:
    c = known.columns
    flags = (c.experience_known[0], True, True, c.evaluation_known[0], c.evolution_known[0])
    return coverage_of("coverage", known, _OF_STRENGTH, known.policy.strength.weights, flags)


def personal_contact_parts(known: Known) -> list[Contribution]:
    weights, half_life = dict(known.policy.personal_weights), known.policy.personal_half_life_days
    terms = by_kind((kind, weights.get(kind, 0.0) * 2 ** (-age / half_life)) for kind, age, _, _ in buckets_of(known))
    return [Contribution("personal_contact", kind, term, (kind,)) for kind, term in terms.items()]


def both_sides(known: Known) -> tuple[dict[str, float], dict[str, float]]:
    """Decayed contacts of the customer's side and of ours, by kind; what both do together in each."""
    policy = known.policy
    terms = counts_by_kind(known, policy.reciprocity_half_life_days)

    def side(kinds: tuple[int, ...]) -> dict[str, float]:
        return {KINDS[kind]: terms[KINDS[kind]] for kind in (*kinds, *policy.mutual_kinds) if KINDS[kind] in terms}

    return side(policy.inbound_kinds), side(policy.outbound_kinds)


def reciprocity_parts(known: Known) -> list[Contribution]:
    smaller = min(both_sides(known), key=lambda each: math.fsum(each.values()))
    return shares("reciprocity", float(known.columns.reciprocity[0]), smaller)


def trust_parts(known: Known) -> list[Contribution]:
    rule, score = known.policy.trust, float(known.columns.trust[0])
    prior, kinds = (rule.prior_weight, rule.prior), ("promise_kept", "promise_broken")
    return kept_and_missed("trust", known, score, rule.half_life_days, prior, kinds)
