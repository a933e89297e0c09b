"""How close is the relationship? 亲密 面对面 品牌 疏远

Source: scoring-model.md section 3, Tier. Intimate: Strength >= 65, personal contact >= 2, reciprocity null or >= 0.3 or
the customer's side at least ours, Evaluation unknown or >= 60. Face to face: personal > 1 and (a purchase ever or
Engagement >= 20). Brand: Engagement >= 20 or Exchange >= 20 or a purchase day within 180 d. Else distant. Shown: the
closest of the last 30 days, then capped at face_to_face while a complaint or detractor is unresolved (severe.py).
Example: Engagement 20 alone is brand, 19.999999 is distant; both are rounded before they are compared.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import Flags, Floats, Ints, to_micro
from scoring.domain.policy import TIERS, Policy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TierInputs:
    """What a tier looks at, unrounded; all [rows, size]. `idle` only where `bought`."""

    strength: Floats
    strong: Flags
    engagement: Floats
    exchange: Floats
    evaluation: Floats
    evaluated: Flags
    personal: Floats
    reciprocity: Floats
    reciprocal: Flags
    answered: Flags
    bought: Flags
    idle: Ints


def tier(values: TierInputs, policy: Policy) -> Ints:
    """The raw tier, an index of TIERS, on each day of the grid."""
    rule = policy.tier
    engagement, personal = to_micro(values.engagement), to_micro(values.personal)
    near = (personal > rule.face_to_face_personal) & (values.bought | (engagement >= rule.face_to_face_engagement))
    brand = (engagement >= rule.brand_engagement) | (to_micro(values.exchange) >= rule.brand_exchange)
    brand |= values.bought & (values.idle < rule.brand_purchase_days)
    intimate = values.strong & (personal >= rule.intimate_personal)
    if intimate.any():
        intimate &= to_micro(values.strength) >= rule.intimate_strength
        mutual = ~values.reciprocal | values.answered
        intimate &= mutual | (to_micro(values.reciprocity) >= rule.intimate_reciprocity)
        intimate &= ~values.evaluated | (to_micro(values.evaluation) >= rule.intimate_evaluation)
    found: Ints = np.where(brand, TIERS.index("brand"), TIERS.index("distant"))
    found[near] = TIERS.index("face_to_face")
    found[intimate] = TIERS.index("intimate")
    return found


def shown_tier(raw: Ints, severe: Flags, policy: Policy) -> Ints:
    """The shown tier: the closest of the guard, then the severe cap at the as-of day; [size]."""
    closest: Ints = raw[: policy.tier.guard_days + 1].max(axis=0)
    return np.where(severe, np.minimum(closest, policy.severe.cap), closest)
