"""Which of the four segments is the customer in? 高价值 活跃 潜在 流失

Source: scoring-model.md section 3, Segment, with the rule list of the policy: churned if R = 1 and idle >= 180 d;
high_value if R >= 3 and F + M >= 8; active if (R >= 3 and (F >= 2 or M = 5)) or F + M >= 8; else, and without a
purchase ever, potential. Shown: the highest (churned < potential < active < high_value) of the last 30 days.
Example: R 3, F 4, M 4 is high_value; R 2, F 4, M 4 is active, and high_value is shown for 30 days more.
"""

import numpy as np

from scoring.domain.decay import Flags, Ints
from scoring.domain.policy import SEGMENTS, Policy
from scoring.domain.rfm import Rfm


def segment(values: Rfm, bought: Flags, policy: Policy) -> Ints:
    """The raw segment, an index of SEGMENTS, on each day of the grid."""
    found = np.full(values.r.shape, SEGMENTS.index("potential"))
    both = values.f + values.m
    for rule in reversed(policy.segment_rules):
        holds = (values.r >= rule.r_at_least) & (values.r <= rule.r_at_most) & (values.f >= rule.f_at_least)
        holds &= (values.m >= rule.m_at_least) & (both >= rule.fm_at_least) & (values.idle >= rule.idle_at_least)
        found[holds] = rule.segment
    found[~bought] = SEGMENTS.index("potential")
    return found


def shown_segment(raw: Ints, policy: Policy) -> Ints:
    """The shown segment: the highest of the guard; [size]."""
    highest: Ints = raw[: policy.segment_guard_days + 1].max(axis=0)
    return highest
