"""What does the customer say about us to others? 评估

Source: scoring-model.md section 3, Evaluation. Shrunk mean over nps, review and referral, h 180, k 1, p0 0.5, unknown
while W < 0.5.
Example: one nps of 9 of 10 today: W 2, WQ 1.8, 100 (0.5 + 1.8)/(1 + 2) = 76.666667.
"""

from scoring.domain.decay import Grid
from scoring.domain.experience import Mean, mean_over_kinds
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import Buckets


def evaluation(grid: Grid, buckets: Buckets, policy: Policy) -> Mean:
    """Evaluation 0-100 on each day of the grid."""
    kinds = policy.kinds
    return mean_over_kinds(grid, buckets, kinds.evaluation_weight, kinds.evaluation_quality, policy.evaluation)
