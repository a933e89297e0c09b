"""How recently, how often and for how much did the customer buy?

Source: scoring-model.md sections 3 (RFM) and 4. R = days since the last purchase day of all history; in the last 365
days F = orders with net > 0 and M = net money. Scores 1-5 against frozen cuts: F, M: 1 + cuts strictly below; R: 5 -
cuts strictly below. FM = floor((F + M + 1)/2) gives the named segment, score >= 4 on each the Chinese eight.
Example: cuts 15, 30, 75, 180: 15 days give R 5, 16 days R 4. R 5, F 3, M 3: FM 3, potential_loyalist, 一般发展.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.domain.decay import Floats, Grid, Ints
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Cuts, Thresholds
from scoring.domain.running_sums import visible_sums
from scoring.domain.state.arrays import Arrays, Worths

Ranks = NDArray[np.int8]

NAMED: Final = (
    "new",
    "promising",
    "potential_loyalist",
    "champion",
    "about_to_sleep",
    "needs_attention",
    "loyal",
    "at_risk",
    "lost",
    "hibernating",
    "cannot_lose",
)
# Row R, column FM (both from 1), section 4; R 5 with FM 1 is `new` until the tenure is no longer new.
_NAMED_BY_R: Final = (
    ("lost", "hibernating", "at_risk", "cannot_lose", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "at_risk", "at_risk", "at_risk"),
    ("about_to_sleep", "needs_attention", "loyal", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "champion", "champion"),
    ("new", "potential_loyalist", "potential_loyalist", "champion", "champion"),
)
# By 4 (R high) + 2 (F high) + (M high).
CHINESE: Final = ("一般挽留", "重要挽留", "一般保持", "重要保持", "一般发展", "重要发展", "一般价值", "重要价值")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rfm:
    """Idle days and the scores 1-5, [rows, size], where ever bought; orders and net money of the as-of day, [size]."""

    idle: Ints
    frequency: Ints
    monetary_minor: Ints
    r: Ranks
    f: Ranks
    m: Ranks


def rfm(grid: Grid, worths: Worths, last: Ints, policy: Policy, thresholds: Thresholds) -> Rfm:
    """RFM on each day of the grid; `last` is the last purchase day."""
    ends = np.minimum(worths.until, worths.day + policy.rfm_window_days)
    counts, net = (worths.net_minor > 0).astype(np.float64), worths.net_minor.astype(np.float64)
    orders, money = visible_sums(grid, worths.owner, (counts, net), worths.since, ends)
    idle = grid.days - last
    return Rfm(
        idle=idle,
        frequency=orders[0].astype(np.int64),
        monetary_minor=money[0].astype(np.int64),
        r=5 - cuts_below(idle, thresholds.recency),
        f=1 + cuts_below(orders, thresholds.frequency),
        m=1 + cuts_below(money, thresholds.monetary),
    )


def money_in_window(arrays: Arrays, as_of: int, window_days: int) -> Ints:
    """Net money of the last days as of a day number, [size]: M alone, for who needs nothing else."""
    worths = arrays.worths
    held = (worths.since <= as_of) & (worths.until > as_of) & (worths.day > as_of - window_days)
    found = np.zeros(arrays.size, dtype=np.int64)
    np.add.at(found, worths.owner[held], worths.net_minor[held])
    return found


def days_idle(arrays: Arrays, as_of: int) -> Ints:
    """Days since the last purchase day as of a day number, -1 where nothing was bought, [size]."""
    days = arrays.purchases
    live = (days.day <= as_of) & (days.until > as_of)
    found = np.full(arrays.size, -1)
    found[days.owner[live]] = as_of - days.day[live]  # ascending, so a customer's latest stays
    return found


def cuts_below(value: Floats | Ints, cuts: Cuts) -> Ranks:
    """How many cuts lie strictly below each value, as small integers: a guard holds many of them."""
    found = (value > cuts[0]).astype(np.int8)
    for cut in cuts[1:]:
        found += value > cut
    return found


def named(r: Ranks, f: Ranks, m: Ranks, tenure: Ints, policy: Policy) -> Ints:
    """The named segment, an index of NAMED."""
    table = np.array([[NAMED.index(name) for name in row] for row in _NAMED_BY_R])
    found = table[r - 1, (f + m + 1) // 2 - 1]
    settled = (found == NAMED.index("new")) & (tenure >= policy.segment_new_below_days)
    return np.where(settled, NAMED.index("promising"), found)


def chinese(r: Ranks, f: Ranks, m: Ranks) -> Ints:
    """The Chinese eight, an index of CHINESE."""
    return (4 * (r >= 4) + 2 * (f >= 4) + (m >= 4)).astype(np.int64)
