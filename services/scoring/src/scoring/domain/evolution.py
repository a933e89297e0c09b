"""Is the relationship growing or fading? 演变

Source: scoring-model.md section 3, Evolution. rate_h = (1 - 2^(-1/h)) A_h/(1 - 2^(-age/h)) with A_h = P_h + 5 D_h(days
with a purchase) and age = as_of - first day with points or a purchase + 1; 100 fast/(fast + slow): 50 steady,
above it growing.
Example: a first purchase today: age 1, both rates are 5, the score is 50.
"""

import numpy as np

from scoring.domain.decay import Facts, Flags, Floats, Grid
from scoring.domain.policy.policy import Policy


def evolution(grid: Grid, points: Facts, purchases: Facts, policy: Policy) -> tuple[Floats, Flags]:
    """(Evolution 0-100, known) on each day of the grid; known from the first day with points or a purchase."""
    first = np.minimum(points.first_day(), purchases.first_day())
    known = first <= grid.days
    age = np.where(known, grid.days - first + 1, 1)
    rule = policy.evolution
    fast = _rate(points, purchases, age, rule.fast_half_life_days, rule.purchase_points)
    slow = _rate(points, purchases, age, rule.slow_half_life_days, rule.purchase_points)
    both = fast + slow
    return 100.0 * np.divide(fast, both, out=np.zeros_like(both), where=both > 0), known


def _rate(points: Facts, purchases: Facts, age: Floats, half_life: float, purchase_points: float) -> Floats:
    activity = points.decayed(half_life) + purchase_points * purchases.decayed(half_life)
    gain = 1.0 - 2.0 ** (-1 / half_life)
    rate: Floats = gain * activity / (1.0 - np.exp2(-age / half_life))
    return rate
