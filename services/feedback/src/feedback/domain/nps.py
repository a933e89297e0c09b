"""Would customers recommend us? Promoters (9-10 of 0-10) less detractors (0-6), from -100 to 100.

Other scales by q: promoters from .9, detractors to .6. The point is raw; the interval is the adjusted Wald one: n + 3,
promoters + 3/4, detractors + 3/4, variance (p + d - (p - d)^2)/(n + 3), at 95 %, clamped. Source: Rocks (2016),
Interval estimation for the net promoter score. Example: 50 promoters, 30 passives, 20 detractors -> 30, [14.05, 44.20].
Below 30 answers: too few for a trend.
"""

import math
from dataclasses import dataclass
from typing import Final

from feedback.domain.distribution import TOLERANCE, Distribution, count, count_where
from feedback.domain.wilson import Z

PROMOTER_SHARE: Final = 0.9
DETRACTOR_SHARE: Final = 0.6
FEWEST_FOR_A_TREND: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Nps:
    """Counts of at least one answer, and what follows from them, in points."""

    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def point(self) -> float:
        return 100 * (self.promoters - self.detractors) / self.n

    @property
    def adjusted(self) -> float:
        """The centre of the interval."""
        return 100 * (self.promoters - self.detractors) / (self.n + 3)

    @property
    def variance(self) -> float:
        """Of the adjusted value, in squared points."""
        both = (self.promoters + self.detractors + 1.5) / (self.n + 3)
        return 1e4 * (both - (self.adjusted / 100) ** 2) / (self.n + 3)

    @property
    def low(self) -> float:
        return max(-100.0, self.adjusted - Z * math.sqrt(self.variance))

    @property
    def high(self) -> float:
        return min(100.0, self.adjusted + Z * math.sqrt(self.variance))

    @property
    def is_too_few_for_a_trend(self) -> bool:
        return self.n < FEWEST_FOR_A_TREND


def nps(answers: Distribution) -> Nps | None:
    """The score of some answers; None without any."""
    n = count(answers)
    if not n:
        return None
    promoters = count_where(answers, lambda q: q >= PROMOTER_SHARE - TOLERANCE)
    detractors = count_where(answers, lambda q: q <= DETRACTOR_SHARE + TOLERANCE)
    return Nps(promoters=promoters, passives=n - promoters - detractors, detractors=detractors)
