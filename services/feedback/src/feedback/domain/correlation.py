"""Do satisfaction, loyalty and recommendation go together? Spearman's rank correlation with n, never as cause.

Source: Spearman (1904), ties by mean ranks, two-sided p; 95 % interval by Fisher's z with Bonett and Wright's (2000)
variance (1 + r2/2)/(n - 3). Example: 1..7 against 2, 1, 4, 3, 7, 5, 6 -> r .821, p .023.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scipy.stats import spearmanr

from feedback.domain.wilson import Z

FEWEST: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCorrelation:
    """r from -1 to 1 over n pairs, its interval, and p."""

    n: int
    r: float
    low: float
    high: float
    p_value: float


def rank_correlation(pairs: Sequence[tuple[float, float]]) -> RankCorrelation | None:
    """The correlation of pairs; None below 30, or when one side never varies."""
    if len(pairs) < FEWEST or any(len({pair[side] for pair in pairs}) < 2 for side in (0, 1)):
        return None
    result = spearmanr([one for one, _ in pairs], [other for _, other in pairs])
    r = float(result.statistic)
    within = max(-1 + 1e-12, min(1 - 1e-12, r))
    half = Z * math.sqrt((1 + r**2 / 2) / (len(pairs) - 3))
    return RankCorrelation(
        n=len(pairs),
        r=r,
        low=math.tanh(math.atanh(within) - half),
        high=math.tanh(math.atanh(within) + half),
        p_value=float(result.pvalue),
    )
