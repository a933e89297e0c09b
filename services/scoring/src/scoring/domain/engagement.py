"""How much does the customer take part? 参与

Source: scoring-model.md section 3, Engagement. P_h = D_h(points x min(n, cap)) over the kinds with points;
100 sat(P_30, 10). What the company sends has no points, so outbound contact never counts.
Example: one attended event today: P 8, 100 (1 - 2^(-0.8)) = 42.565082.
"""

import numpy as np

from scoring.domain.decay import Facts, Floats, Grid, sat
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import Buckets, of_kinds


def engagement_points(grid: Grid, buckets: Buckets, policy: Policy) -> Facts:
    """The capped points of each day and kind."""
    points = policy.kinds.points * (policy.kinds.cap > 0)
    chosen = of_kinds(buckets, tuple(np.flatnonzero(points).tolist()))
    kind = buckets.kind[chosen]
    worth = points[kind] * np.minimum(buckets.n[chosen], policy.kinds.cap[kind])
    return Facts(grid, buckets.owner[chosen], buckets.day[chosen], worth)


def engagement(points: Facts, policy: Policy) -> Floats:
    """Engagement 0-100 on each day of the grid."""
    score = sat(points.decayed(policy.engagement_half_life_days), policy.engagement_half_point)
    score *= 100.0
    return score
