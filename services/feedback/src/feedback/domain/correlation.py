"""Do satisfaction, loyalty and recommendation go together? Spearman's rank correlation with n, never as cause.

Source: Spearman (1904), ties by mean ranks, two-sided p; 95 % interval by Fisher's z with Bonett and Wright's (2000)
variance (1 + r2/2)/(n - 3). Example: 1..7 against 2, 1, 4, 3, 7, 5, 6 -> r .821, p .023.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation
from typing import Final

from scipy.special import stdtr

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
    r = correlation(mean_ranks([one for one, _ in pairs]), mean_ranks([other for _, other in pairs]))
    r = max(-1.0, min(1.0, r))  # rounding may lead a hair's breadth beyond
    within = max(-1 + 1e-12, min(1 - 1e-12, r))
    half = Z * math.sqrt((1 + r**2 / 2) / (len(pairs) - 3))
    return RankCorrelation(
        n=len(pairs),
        r=r,
        low=math.tanh(math.atanh(within) - half),
        high=math.tanh(math.atanh(within) + half),
        p_value=_two_sided(r, len(pairs)),
    )


def mean_ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1 up; equal values share the mean of theirs."""
    ranks: dict[float, float] = {}
    below = 0
    for value, times in sorted(Counter(values).items()):
        ranks[value] = below + (times + 1) / 2
        below += times
    return [ranks[value] for value in values]


def _two_sided(r: float, n: int) -> float:
    """Of Student's t with n - 2 degrees of freedom."""
    if abs(r) >= 1:
        return 0.0
    return float(2 * stdtr(n - 2, -abs(r) * math.sqrt((n - 2) / (1 - r**2))))
