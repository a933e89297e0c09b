"""What does each kind of event contribute to a score of one customer?

Source: scoring-model.md sections 3 and 6. The parts of a score sum to the value that the card shows: what rounding to
1e-6 leaves over, and what is smaller than that, goes to the largest part, so that sums and differences are exact.
Example: Engagement 42.565082 from one attended event is one part, event_attend, 42.565082 points.
"""

import math
from typing import Final

from scoring.domain.explain.parts import PURCHASE, Contribution, Explain, Known
from scoring.domain.explain.parts_of_care import (
    care_coverage_parts,
    care_experience_parts,
    feedback_parts,
    health_parts,
    loyalty_parts,
    priority_parts,
    satisfaction_parts,
    value_parts,
)
from scoring.domain.explain.parts_of_relationship import (
    coverage_parts,
    engagement_parts,
    evaluation_parts,
    evolution_parts,
    exchange_parts,
    experience_parts,
    personal_contact_parts,
    reciprocity_parts,
    strength_parts,
    trust_parts,
)
from scoring.domain.explain.parts_of_value import (
    churn_risk_parts,
    clv_parts,
    f_parts,
    frequency_parts,
    m_parts,
    monetary_parts,
    r_parts,
    recency_days_parts,
)

__all__ = ["EXPLAINED", "PURCHASE", "Contribution", "Known", "contributions"]

ROUNDING: Final = 1e-6

EXPLAINED: Final[dict[str, Explain]] = {
    "experience": experience_parts,
    "engagement": engagement_parts,
    "exchange": exchange_parts,
    "evaluation": evaluation_parts,
    "evolution": evolution_parts,
    "strength": strength_parts,
    "coverage": coverage_parts,
    "trust": trust_parts,
    "personal_contact": personal_contact_parts,
    "reciprocity": reciprocity_parts,
    "rfm.recency_days": recency_days_parts,
    "rfm.frequency": frequency_parts,
    "rfm.monetary_minor": monetary_parts,
    "rfm.r": r_parts,
    "rfm.f": f_parts,
    "rfm.m": m_parts,
    "churn_risk": churn_risk_parts,
    "clv_minor": clv_parts,
    "care.health": health_parts,
    "care.priority": priority_parts,
    "care.coverage": care_coverage_parts,
    "care.cs": satisfaction_parts,
    "care.cl": loyalty_parts,
    "care.cv": value_parts,
    "care.ce": care_experience_parts,
    "care.cf": feedback_parts,
}


def contributions(name: str, known: Known, value: float) -> list[Contribution]:
    """The parts of a known score, which sum to its value; raises KeyError for a name that is not in EXPLAINED."""
    found = EXPLAINED[name](known)
    parts = [part for part in found if abs(part.points) > ROUNDING]
    left = value - math.fsum(part.points for part in parts)
    if parts and left and abs(left) <= 2 * ROUNDING * len(found):
        largest = max(range(len(parts)), key=lambda at: abs(parts[at].points))
        parts[largest] = parts[largest]._replace(points=parts[largest].points + left)
    return parts
