"""At which values does a base split into fifths, and from which value on does somebody belong to the top?

Source: scoring-model.md sections 3 (Key account) and 5. Type-1 quantile at k/5 of n values: the sorted value at index
(k n + 4)//5 - 1, always a value that somebody has. Cut-off of the top share s: the value at descending rank ceil(n s).
Example: of 1..10 the cuts are 2, 4, 6, 8; the top fifth of them begins at 9, of 1..11 at 9 too (rank ceil(2.2) = 3).
"""

from fractions import Fraction

import numpy as np

from scoring.domain.decay import Floats, Ints
from scoring.domain.policy.thresholds import Cuts

FINEST_SHARE = 1_000_000


def fifths(values: Ints | Floats) -> Cuts:
    """The cuts at 20, 40, 60 and 80 % of at least one value; none below 0, where refunds outweigh purchases."""
    ordered, n = np.sort(values), len(values)
    one, two, three, four = (max(0.0, float(ordered[(k * n + 4) // 5 - 1])) for k in (1, 2, 3, 4))
    return one, two, three, four


def top_rank(n: int, share: float) -> int:
    """How many of n belong to the top share, at least 1: ceil(n share) in exact arithmetic."""
    exact = Fraction(share).limit_denominator(FINEST_SHARE)
    return max(1, -(-n * exact.numerator // exact.denominator))


def top_cut_off(values: Ints, share: float) -> int:
    """The value at descending rank ceil(n share) of at least one value; equal values all belong."""
    n = len(values)
    at = n - top_rank(n, share)
    return int(np.partition(values, at)[at])
