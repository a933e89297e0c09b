"""How sure is a mean? Student's t interval at 95 %: mean +- t(n - 1) s / sqrt(n).

Example: 2, 5, 6, 7, 7, 3 -> 5, [2.80, 7.20]. One answer alone has no interval.
"""

import math
from dataclasses import dataclass

from scipy.special import stdtrit

from feedback.domain.distribution import Distribution, count, mean, variance


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """`value` over `n` answers; the interval is null for one answer, and for answers that are all the same."""

    n: int
    value: float
    low: float | None
    high: float | None


def mean_on_scale(answers: Distribution, least: float, most: float) -> Mean | None:
    """The mean of answers given by q, on a scale; the interval clamped to it. None without answers."""
    n = count(answers)
    if not n:
        return None
    value = least + (most - least) * mean(answers)
    spread = variance(answers) if n > 1 else 0.0
    if spread == 0.0:
        return Mean(n=n, value=value, low=None, high=None)
    half = float(stdtrit(n - 1, 0.975)) * (most - least) * math.sqrt(spread / n)
    return Mean(n=n, value=value, low=max(least, value - half), high=min(most, value + half))
