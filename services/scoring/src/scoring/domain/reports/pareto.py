"""Which share of the money do the best customers really bring? 80/20法则, 帕累托

Source: scoring-model.md section 3, Key account; Pareto share and Gini coefficient of the net money of 12 months over
the customers with positive money. Share of the top: the ceil(n/5) highest values over the sum. Gini of ascending x:
2 sum(i x_i)/(n sum x) - (n + 1)/n, 0 equal, near 1 all with one. Lorenz: the share of the money that the poorest p of
the customers bring. Nothing assumes 80/20: real data give .55 to .75.
Example: 10, 20, 30, 40, 100: the top fifth (one of five) brings .5; Gini .4; 80 % comes from the best 3 of 5.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.domain.decay import Ints

FIFTH: Final = 5
LORENZ_STEPS: Final = 20
MOST_OF_IT: Final = (4, 5)
"""80 %, as a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """Of `customers` with positive money; shares from 0 to 1, None without any such customer.

    `lorenz`: (share of customers from the poorest, share of the money), from (0, 0) to (1, 1). `key_accounts` are those
    at or above the frozen cut-off, `key_account_share` their share of the money.
    """

    customers: int
    monetary_minor: int
    top_customers: int
    top_share: float | None
    customers_of_80_percent: int
    gini: float | None
    lorenz: list[tuple[float, float]]
    cut_off_minor: int
    key_accounts: int
    key_account_share: float | None


def pareto(money_minor: Ints, cut_off_minor: int) -> Pareto:
    """How money is spread over customers, by each one's net money; 0 and less does not count."""
    ordered = np.sort(money_minor[money_minor > 0])
    n = len(ordered)
    sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(ordered)])
    whole, keys = int(sums[-1]), n - int(np.searchsorted(ordered, cut_off_minor))
    top = -(-n // FIFTH)

    def share_of(best: int) -> float | None:
        return (whole - int(sums[n - best])) / whole if n else None

    return Pareto(
        customers=n,
        monetary_minor=whole,
        top_customers=top,
        top_share=share_of(top),
        customers_of_80_percent=_best_with(sums, *MOST_OF_IT),
        gini=_gini(ordered, whole) if n else None,
        lorenz=_lorenz(sums) if n else [],
        cut_off_minor=cut_off_minor,
        key_accounts=keys,
        key_account_share=share_of(keys),
    )


def _best_with(sums: Ints, part: int, parts: int) -> int:
    """How many of the best it takes to bring part/parts of the money; in whole numbers, so that a tie is exact."""
    left_out = (int(sums[-1]) * (parts - part)) // parts
    return len(sums) - int(np.searchsorted(sums, left_out, side="right"))


def _gini(ordered: Ints, whole: int) -> float:
    n = len(ordered)
    weighted = float(np.dot(np.arange(1, n + 1, dtype=np.float64), ordered.astype(np.float64)))
    return max(0.0, 2.0 * weighted / (n * whole) - (n + 1) / n)


def _lorenz(sums: Ints) -> list[tuple[float, float]]:
    """The curve at even steps; between two customers it is a straight line."""
    shares = np.arange(LORENZ_STEPS + 1) / LORENZ_STEPS
    money = np.interp(shares * (len(sums) - 1), np.arange(len(sums)), sums / int(sums[-1]))
    return list(zip(shares.tolist(), money.tolist(), strict=True))
