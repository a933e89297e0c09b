"""How sure is a share? Wilson's score interval at 95 %.

Source: Wilson (1927). With p = k/n and z = 1.96: centre (p + z2/2n)/(1 + z2/n), half width
z sqrt(p(1-p)/n + z2/4n2)/(1 + z2/n). Example: 8 of 10 -> .8, [.4902, .9433].
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`k` of `n`, n >= 1, with its interval."""

    k: int
    n: int

    @property
    def value(self) -> float:
        return self.k / self.n

    @property
    def low(self) -> float:
        return 0.0 if self.k == 0 else self._centre() - self._half_width()

    @property
    def high(self) -> float:
        return 1.0 if self.k == self.n else self._centre() + self._half_width()

    def _centre(self) -> float:
        return (self.value + Z**2 / (2 * self.n)) / (1 + Z**2 / self.n)

    def _half_width(self) -> float:
        spread = self.value * (1 - self.value) / self.n + Z**2 / (4 * self.n**2)
        return Z * math.sqrt(spread) / (1 + Z**2 / self.n)


def share(k: int, n: int) -> Share | None:
    """The share of k in n; None of nothing."""
    return Share(k=k, n=n) if n else None
