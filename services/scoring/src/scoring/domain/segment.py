"""Which of the four segments is the customer in? 高价值 活跃 潜在 流失

Source: scoring-model.md section 3, Segment, with the rule list of the policy: churned if R = 1 and idle >= 180 d;
high_value if R >= 3 and F + M >= 8; active if (R >= 3 and (F >= 2 or M = 5)) or F + M >= 8; else, and without a
purchase ever, potential. Shown: the highest (churned < potential < active < high_value) of the last 30 days.
Example: R 3, F 4, M 4 is high_value; R 2, F 4, M 4 is active, and high_value is shown for 30 days more.
"""

import numpy as np

from scoring.domain.decay import Flags
from scoring.domain.policy.policy import SEGMENTS, Policy
from scoring.domain.policy.policy_rules import SegmentRule
from scoring.domain.rfm import Ranks, Rfm


def segment(values: Rfm, bought: Flags, policy: Policy) -> Ranks:
    """The raw segment, an index of SEGMENTS, on each day of the grid."""
    found = np.full(values.r.shape, SEGMENTS.index("potential"), dtype=np.int8)
    both: Ranks = values.f + values.m
    for rule in reversed(policy.segment_rules):
        found[_holds(rule, values, both)] = rule.segment
    found[~bought] = SEGMENTS.index("potential")
    return found


def _holds(rule: SegmentRule, values: Rfm, both: Ranks) -> Flags:
    holds: Flags | None = None
    least = (
        (values.r, rule.r_at_least),
        (values.f, rule.f_at_least),
        (values.m, rule.m_at_least),
        (both, rule.fm_at_least),
        (values.idle, rule.idle_at_least),
    )
    for figure, limit in least:
        if limit is not None:
            holds = figure >= limit if holds is None else holds & (figure >= limit)
    if rule.r_at_most is not None:
        holds = values.r <= rule.r_at_most if holds is None else holds & (values.r <= rule.r_at_most)
    return np.ones(values.r.shape, dtype=np.bool_) if holds is None else holds


def shown_segment(raw: Ranks, policy: Policy) -> Ranks:
    """The shown segment: the highest of the guard; [size]."""
    highest: Ranks = raw[: policy.segment_guard_days + 1].max(axis=0)
    return highest
