"""Does the customer belong to the few who bring most of the money? 大客户

Source: scoring-model.md section 3, Key account. Net money of the last 12 months at or above the frozen cut-off, which a
calibration sets to the value at descending rank ceil(n/5); who brought nothing is none.
Example: cut-off 200000: 200000 is a key account, 199999 is not.
"""

from scoring.domain.decay import Flags, Ints
from scoring.domain.policy.thresholds import Thresholds


def key_account(monetary_minor: Ints, thresholds: Thresholds) -> Flags:
    """Whether each is one, by the net money of 12 months; [size]."""
    return (monetary_minor >= thresholds.key_account_minor) & (monetary_minor > 0)
