"""Is there fresh trouble that nobody has closed as resolved?

Source: scoring-model.md section 3, Tier, severe cap: a complaint or detractor within 30 d (ages 0-29) with no
`resolved` on the same or a later day. Of a case that is its end (case.closed): one that feedback calls resolved and has
not closed counts still.
Example: a complaint on day 100 is severe on days 100-129; resolved on day 105, it is severe on days 100-104.
"""

import numpy as np

from scoring.domain.decay import Flags, Grid, Ints
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import Buckets, of_kinds
from scoring.domain.state.days import NEVER


def severe(grid: Grid, buckets: Buckets, policy: Policy) -> Flags:
    """Whether trouble is open on the as-of day; [size]."""
    trouble = _last_day(grid, buckets, policy.severe.kinds)
    cleared = _last_day(grid, buckets, policy.severe.cleared_by)
    return (trouble > grid.as_of - policy.severe.window_days) & (trouble > cleared)


def _last_day(grid: Grid, buckets: Buckets, kinds: tuple[int, ...]) -> Ints:
    chosen = of_kinds(buckets, kinds)
    chosen = chosen[buckets.day[chosen] <= grid.as_of]
    found = np.full(grid.size, NEVER)
    found[buckets.owner[chosen]] = buckets.day[chosen]  # ascending: the last one stays
    return found
