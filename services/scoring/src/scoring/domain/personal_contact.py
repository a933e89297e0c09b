"""How much do people talk to people?

Source: scoring-model.md section 3, Personal contact. D_180 over days and kinds of inbound_msg 1, meeting 1, staff_visit
1, advisor_call 0.25, each (day, kind) once however often it happened.
Example: three personal messages and a meeting today: 2.0.
"""

import numpy as np

from scoring.domain.decay import Facts, Floats, Grid
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import Buckets, of_kinds
from scoring.domain.state.kinds import KINDS


def personal_contact(grid: Grid, buckets: Buckets, policy: Policy) -> Floats:
    """Personal contact, 0 or more, on each day of the grid."""
    weights = np.zeros(len(KINDS))
    for kind, weight in policy.personal_weights:
        weights[kind] = weight
    chosen = of_kinds(buckets, tuple(kind for kind, _ in policy.personal_weights))
    facts = Facts(grid, buckets.owner[chosen], buckets.day[chosen], weights[buckets.kind[chosen]])
    return facts.decayed(policy.personal_half_life_days)
