"""Do we keep our word with the customer? 信任

Source: scoring-model.md section 3, Trust. 100 (k p0 + K)/(k + K + 3 B), K and B = D_180 n of promises kept and broken,
k 5, p0 0.5: slow up, fast down. Without any promise it is the prior, 50.
Example: one promise broken today: 100 x 2.5/(5 + 3) = 31.25; one kept: 100 (2.5 + 1)/(5 + 1) = 58.333333.
"""

from typing import Final

from scoring.domain.decay import Floats, Grid, counted
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import Buckets
from scoring.domain.state.kinds import KIND_ID

KEPT: Final = KIND_ID["promise_kept"]
BROKEN: Final = KIND_ID["promise_broken"]


def trust(grid: Grid, buckets: Buckets, policy: Policy) -> Floats:
    """Trust 0-100 on each day of the grid."""
    rule = policy.trust
    kept = counted(grid, buckets, (KEPT,)).decayed(rule.half_life_days)
    broken = counted(grid, buckets, (BROKEN,)).decayed(rule.half_life_days)
    weight = rule.prior_weight + kept + rule.broken_weight * broken
    return 100.0 * (rule.prior_weight * rule.prior + kept) / weight
