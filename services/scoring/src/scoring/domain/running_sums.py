"""What do facts that begin and end add up to, on every day of a guard at once?

Source: scoring-model.md section 1: a worth or a purchase day holds for as-of days since <= a < until (orders.py), and a
window of N days ends it N days later. Where one begins its weight is added, where it ends taken off again.
Example: 100 since day 5, until day 9: 0 on day 4, 100 on days 5 to 8, 0 on day 9.
"""

from collections.abc import Sequence

import numpy as np

from scoring.domain.decay import Floats, Grid, Ints, weighted_count


def visible_sum(grid: Grid, owner: Ints, weight: Floats, since: Ints, until: Ints) -> Floats:
    """Sum of the weights that hold (since <= a < until) on each day, [rows, size]; whole numbers stay exact."""
    return visible_sums(grid, owner, (weight,), since, until)[0]


def visible_sums(grid: Grid, owner: Ints, weights: Sequence[Floats], since: Ints, until: Ints) -> list[Floats]:
    """The same for several weights of the same facts."""
    oldest, cells = grid.as_of - grid.guard, grid.rows * grid.size
    if not grid.guard:
        held = np.flatnonzero((since <= grid.as_of) & (until > grid.as_of))
        return [weighted_count(owner[held], weight[held], grid.size)[None, :] for weight in weights]
    near = np.flatnonzero((since <= grid.as_of) & (until > oldest) & (since < until))
    owner, until = owner[near], until[near]
    begins = (grid.as_of - np.maximum(since[near], oldest)) * grid.size + owner
    ending = np.flatnonzero(until <= grid.as_of)
    ends = (grid.as_of - until[ending]) * grid.size + owner[ending]
    found = []
    for weight in (each[near] for each in weights):
        sums = weighted_count(begins, weight, cells)
        if len(ending):
            sums -= weighted_count(ends, weight[ending], cells)
        sums = sums.reshape(grid.rows, grid.size)
        for row in range(grid.guard - 1, -1, -1):
            sums[row] += sums[row + 1]
        found.append(sums)
    return found
