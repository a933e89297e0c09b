"""How close is the relationship? 亲密 面对面 品牌 疏远

Source: scoring-model.md section 3, Tier. Intimate: Strength >= 65, personal contact >= 2, reciprocity null or >= 0.3 or
the customer's side at least ours, Evaluation unknown or >= 60. Face to face: personal > 1 and (a purchase ever or
Engagement >= 20). Brand: Engagement >= 20 or Exchange >= 20 or a purchase day within 180 d. Else distant. Shown: the
closest of the last 30 days, then capped at face_to_face while a complaint or detractor is unresolved (severe.py).
Example: Engagement 20 alone is brand, 19.999999 is distant; both are rounded before they are compared.
"""

from typing import Final

import numpy as np

from scoring.domain.bond import Bond, bond
from scoring.domain.decay import Flags, Floats, Grid, to_micro
from scoring.domain.engagement import engagement_points
from scoring.domain.exchange import purchase_days
from scoring.domain.policy.policy import TIERS, Policy
from scoring.domain.rfm import Ranks
from scoring.domain.standing import Standing
from scoring.domain.state.arrays import Arrays, take

INTIMATE: Final = TIERS.index("intimate")


def tier_without_bond(values: Standing, policy: Policy) -> Ranks:
    """The raw tier up to face_to_face, an index of TIERS, on each day of the grid."""
    rule = policy.tier
    engagement, personal = to_micro(values.engagement), to_micro(values.personal)
    near = (personal > rule.face_to_face_personal) & (values.bought | (engagement >= rule.face_to_face_engagement))
    brand = (engagement >= rule.brand_engagement) | (to_micro(values.exchange) >= rule.brand_exchange)
    brand |= values.bought & (values.rfm.idle < rule.brand_purchase_days)
    found = np.where(brand, np.int8(TIERS.index("brand")), np.int8(TIERS.index("distant")))
    found[near] = TIERS.index("face_to_face")
    return found


def intimate(values: Bond, personal: Floats, policy: Policy) -> Flags:
    """Whether the bond makes the raw tier intimate, on each day of the grid."""
    rule, mutual = policy.tier, values.reciprocity
    close = values.strength.known & (to_micro(values.strength.score) >= rule.intimate_strength)
    close &= to_micro(personal) >= rule.intimate_personal
    close &= ~mutual.known | mutual.answered | (to_micro(mutual.score) >= rule.intimate_reciprocity)
    close &= ~values.evaluation.known | (to_micro(values.evaluation.score) >= rule.intimate_evaluation)
    return close


def intimate_in_guard(grid: Grid, arrays: Arrays, values: Standing, today: Flags, policy: Policy) -> Flags:
    """Whether the raw tier was intimate on any day of the tier's guard; asks only those with enough contact; [size]."""
    rows = policy.tier.guard_days + 1
    enough = to_micro(values.personal[:rows]) >= policy.tier.intimate_personal
    enough &= _strongest(values.engagement[:rows], values.exchange[:rows], policy) >= policy.tier.intimate_strength
    asked = np.flatnonzero(enough.any(axis=0) & ~today)
    found = today.copy()
    if len(asked):
        days = Grid(as_of=grid.as_of, guard=policy.tier.guard_days, size=len(asked))
        theirs = take(arrays, asked)
        bound = bond(
            days,
            theirs.buckets,
            points=engagement_points(days, theirs.buckets, policy),
            purchases=purchase_days(days, theirs),
            engagement=values.engagement[:rows, asked],
            exchange=values.exchange[:rows, asked],
            policy=policy,
        )
        found[asked] = intimate(bound, values.personal[:rows, asked], policy).any(axis=0)
    return found


def _strongest(engagement: Floats, exchange: Floats, policy: Policy) -> Floats:
    """No Strength is above this one: everything else at its best; a hair more, for the order of the sums."""
    weights = policy.strength.weights
    rest = 1.0 - weights[1] - weights[2]
    return weights[1] * engagement + weights[2] * exchange + (100.0 * rest + 1e-5)


def shown_tier(raw: Ranks, was_intimate: Flags, severe: Flags, policy: Policy) -> Ranks:
    """The shown tier: the closest of the guard, then the severe cap at the as-of day; [size]."""
    closest = raw[: policy.tier.guard_days + 1].max(axis=0)
    closest[was_intimate] = INTIMATE
    capped: Ranks = np.where(severe, np.minimum(closest, np.int8(policy.severe.cap)), closest)
    return capped
