"""How good were the moments that the customer had with us? 体验

Source: scoring-model.md section 3, Experience. Shrunk mean over the Experience kinds, h 90, k 2, p0 0.7, unknown while
W < 0.25. Evaluation (evaluation.py) is the same rule over other kinds.
Example: one late delivery today: W 1, WQ 0, 100 (2 x 0.7 + 0)/(2 + 1) = 46.666667.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import TIE, Facts, Flags, Floats, Grid, shrunk_mean
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.policy_rules import ShrunkMean
from scoring.domain.state.arrays import Buckets, of_kinds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mean:
    """A score that may be unknown; `weight` W of its evidence, `ever` whether there was any; all [rows, size]."""

    score: Floats
    weight: Floats
    known: Flags
    ever: Flags


def experience(grid: Grid, buckets: Buckets, policy: Policy) -> Mean:
    """Experience 0-100 on each day of the grid."""
    kinds = policy.kinds
    return mean_over_kinds(grid, buckets, kinds.experience_weight, kinds.experience_quality, policy.experience)


def mean_over_kinds(grid: Grid, buckets: Buckets, weights: Floats, qualities: Floats, rule: ShrunkMean) -> Mean:
    """The shrunk mean over the kinds of non-zero weight; quality NaN: from the answers of the bucket."""
    chosen = of_kinds(buckets, tuple(np.flatnonzero(weights).tolist()))
    kind, owner, day = buckets.kind[chosen], buckets.owner[chosen], buckets.day[chosen]
    answers = np.isnan(qualities)
    of_event, of_answer = np.where(answers, 0.0, weights * qualities), np.where(answers, weights / 1000.0, 0.0)
    n, q_milli = buckets.n[chosen], buckets.q_milli[chosen]
    weight = Facts(grid, owner, day, weights[kind] * n).decayed(rule.half_life_days)
    good = Facts(grid, owner, day, of_event[kind] * n + of_answer[kind] * q_milli).decayed(rule.half_life_days)
    return Mean(
        score=shrunk_mean(weight, good, rule.prior_weight, rule.prior),
        weight=weight,
        known=weight >= rule.known_from - TIE,
        ever=weight > 0,
    )
