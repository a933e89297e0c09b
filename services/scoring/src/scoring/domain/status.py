"""Is the customer still buying?

Source: scoring-model.md section 3, Status. Idle days since the last purchase: dormant from 180, lost from 365, else
active; reactivated for 60 days (ages 0-59) after a purchase that followed a gap of more than 365 days. Null
without a purchase.
Example: purchases on days 0 and 366: reactivated on days 366-425; on days 0 and 365 (gap 365): active.
"""

from typing import Final

import numpy as np

from scoring.domain.decay import Flags, Grid, Ints
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import PurchaseDays

STATUSES: Final = ("active", "dormant", "lost", "reactivated")
NO_STATUS: Final = -1


def status(grid: Grid, purchases: PurchaseDays, idle: Ints, bought: Flags, policy: Policy) -> Ints:
    """The status on the as-of day, an index of STATUSES, NO_STATUS without a purchase; [size]."""
    rule = policy.status
    found = (idle >= rule.dormant_from).astype(np.int64) + (idle >= rule.lost_from)
    live = np.flatnonzero((purchases.day <= grid.as_of) & (purchases.until > grid.as_of))
    owner, day = purchases.owner[live], purchases.day[live]
    back = (owner[1:] == owner[:-1]) & (day[1:] - day[:-1] > rule.reactivated_gap)
    back &= grid.as_of - day[1:] < rule.reactivated_for
    found[owner[1:][back]] = STATUSES.index("reactivated")
    found[~bought] = NO_STATUS
    return found
