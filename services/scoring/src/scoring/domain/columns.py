"""What came out for each customer of a batch, a column a figure?

Columns are numpy arrays of `size` customers in the order of the packed rows; a score is meaningful where its `*_known`
flag is set; segment, tier, stage, status and band are indexes of the tuples of policy.py, status.py and churn.py.
Figures of buyers (rfm, churn risk, CLV, health, CL, CV) mean something where `bought`; `care_ce` is Experience.
"""

from dataclasses import dataclass, fields

import numpy as np

from scoring.domain.decay import Flags, Floats, Ints
from scoring.domain.rfm import Ranks


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Rounded to 1e-6. `raw_segment` is today's, `segment` and `tier` and `churn_band` the shown ones (guards, cap)."""

    size: int
    as_of: int
    policy_version: str
    thresholds_version: str
    experience: Floats
    experience_known: Flags
    experience_ever: Flags
    engagement: Floats
    exchange: Floats
    evaluation: Floats
    evaluation_known: Flags
    evaluation_ever: Flags
    evolution: Floats
    evolution_known: Flags
    strength: Floats
    strength_known: Flags
    strength_weights: tuple[Floats, ...]  # of each part of PARTS, as counted
    coverage: Floats
    trust: Floats
    personal_contact: Floats
    reciprocity: Floats
    reciprocity_known: Flags
    severe: Flags
    bought: Flags
    recency_days: Ints
    frequency: Ints
    monetary_minor: Ints
    r: Ranks
    f: Ranks
    m: Ranks
    raw_segment: Ranks
    segment: Ranks
    named: Ints
    chinese: Ints
    raw_tier: Ranks
    tier: Ranks
    stage: Ranks
    status: Ints
    key_account: Flags
    churn_risk: Floats
    churn_band: Ints
    clv_minor: Ints
    clv_yearly_orders: Floats
    clv_mean_order_minor: Floats
    care_health: Floats
    care_priority: Floats
    care_priority_known: Flags
    care_coverage: Floats
    care_weights: tuple[Floats, ...]  # of each part of CARE_PARTS, as counted
    care_cs: Floats
    care_cs_known: Flags
    care_cs_ever: Flags
    care_cl: Floats
    care_cv: Floats
    care_ce: Floats
    care_cf: Floats
    care_cf_known: Flags
    care_cf_ever: Flags

    def of(self, chosen: Ints) -> "Columns":
        """The columns of the chosen customers alone (their numbers, ascending)."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        parts = {name: value[chosen] for name, value in known.items() if isinstance(value, np.ndarray)}
        weights = {name: tuple(each[chosen] for each in known[name]) for name in ("strength_weights", "care_weights")}
        return Columns(**known | parts | weights | {"size": len(chosen)})
