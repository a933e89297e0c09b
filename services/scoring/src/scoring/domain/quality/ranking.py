"""How well does one figure put customers in order, when we know by now what each of them did?

Sources: AUC, the chance that of a later buyer and another the buyer has the higher value, ties half (Mann and Whitney
1947); Brier score, the mean squared error of a predicted chance (Brier 1950); Lorenz curve (Lorenz 1905). Customers of
equal value stand in no order: each counts as their mean, so that the result never depends on how they were stored.
Example: values 3, 2, 2, 1 of which the first two bought: the pairs won are 1, 1, .5 and 1 of 4: AUC .875.
"""

from typing import NamedTuple

import numpy as np

from scoring.domain.decay import Flags, Floats, Ints
from scoring.domain.quality.quantiles import top_rank

DECILES = 10
LORENZ_STEPS = 20

Values = Floats | Ints


def auc(values: Values, bought: Flags) -> float | None:
    """The chance that a buyer stands above another; None unless there are both."""
    buyers = int(bought.sum())
    others = len(bought) - buyers
    if not buyers or not others:
        return None
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    won = float(mean_rank[group[bought]].sum()) - buyers * (buyers + 1) / 2
    return won / (buyers * others)


def brier(chance: Floats, happened: Flags) -> float:
    """The mean squared error of chances from 0 to 1, of at least one customer."""
    return float(np.mean((chance - happened) ** 2))


def from_highest(values: Values, outcome: Values | Flags) -> Floats:
    """The outcomes in falling order of the values, each the mean of those of equal value."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean = np.bincount(group, outcome.astype(np.float64)) / counts
    evened: Floats = np.repeat(mean[::-1], counts[::-1])
    return evened


class Decile(NamedTuple):
    """Customers of one tenth, and the sum of each outcome that was asked for."""

    customers: int
    sums: tuple[float, ...]


def deciles(values: Values, *outcomes: Values | Flags) -> list[Decile]:
    """Ten groups as equal as can be, from the highest value; fewer where there are fewer customers."""
    parts = [np.array_split(from_highest(values, outcome), DECILES) for outcome in outcomes]
    groups = [Decile(len(tenth[0]), tuple(float(part.sum()) for part in tenth)) for tenth in zip(*parts, strict=True)]
    return [group for group in groups if group.customers]


def brier_by_decile(values: Values, bought: Flags) -> float:
    """The Brier score of a figure that is no chance, at its best: had the share of buyers of each tenth been known."""
    rates = [(group.customers, group.sums[0] / group.customers) for group in deciles(values, bought)]
    return sum(customers * rate * (1.0 - rate) for customers, rate in rates) / len(bought)


def top_share(values: Values, amount: Ints, share: float) -> float | None:
    """The part of the whole amount that the top share of customers by value holds; None where there is no amount."""
    whole = float(amount.sum())
    if whole <= 0:
        return None
    return float(from_highest(values, amount)[: top_rank(len(values), share)].sum()) / whole


def lorenz(values: Values, amount: Ints) -> list[float]:
    """The part of the whole amount held by the top 0, 5, 10 .. 100 % by value."""
    held = np.concatenate([[0.0], np.cumsum(from_highest(values, amount))])
    at = np.arange(LORENZ_STEPS + 1) * len(values) / LORENZ_STEPS
    return [float(each) for each in np.interp(at, np.arange(len(held)), held) / max(held[-1], 1e-9)]
