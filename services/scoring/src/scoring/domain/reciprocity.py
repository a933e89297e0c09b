"""Do both sides reach out?

Source: scoring-model.md section 3, Reciprocity. I = D_90 of the customer's personal contacts and O = D_90 of ours, what
both do together in each; 2 min(I, O)/(I + O + 1); null when no outbound_msg was ever recorded. Mass messages count
nowhere.
Example: one personal message each way today: 2 x 1/(1 + 1 + 1) = 0.666667.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import TIE, Flags, Floats, Grid, counted
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import Buckets


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reciprocity:
    """Reciprocity 0-1 where `known`; `answered` where the customer's side is at least ours."""

    score: Floats
    known: Flags
    answered: Flags


def reciprocity(grid: Grid, buckets: Buckets, policy: Policy) -> Reciprocity:
    """Reciprocity on each day of the grid."""
    half_life = policy.reciprocity_half_life_days
    outbound = counted(grid, buckets, policy.outbound_kinds)
    together = counted(grid, buckets, policy.mutual_kinds).decayed(half_life)
    ours = outbound.decayed(half_life) + together
    theirs = counted(grid, buckets, policy.inbound_kinds).decayed(half_life) + together
    return Reciprocity(
        score=2.0 * np.minimum(theirs, ours) / (theirs + ours + 1.0),
        known=outbound.first_day() <= grid.days,
        answered=theirs >= ours - TIE,
    )
