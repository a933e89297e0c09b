"""Does a group that was judged healthy leave more often than was predicted?

Source: scoring-model.md section 5, with the policy's `quality.drift`. Of n customers with predicted risks p the share
that leaves should be mean(p), give or take sqrt(sum p (1 - p))/n; an alarm needs a large enough group, an excess that
matters, and one that chance does not explain.
Example: 100 customers with p = .2, of whom 40 leave: excess .2, sigmas .2/.04 = 5: alarm. Of whom 25 leave: 1.25, none.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import Flags, Floats
from scoring.domain.policy.policy_calibration import DriftRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Shares of the group that leave, predicted and observed; `sigmas`: how far apart; None for an empty group."""

    group: str
    customers: int
    predicted: float | None
    observed: float | None
    sigmas: float | None
    alarm: bool


def drift(group: str, predicted: Floats, left: Flags, rule: DriftRule) -> Drift:
    """The judgement of one group, by its members' risks and what they did."""
    n = len(predicted)
    if not n:
        return Drift(group=group, customers=0, predicted=None, observed=None, sigmas=None, alarm=False)
    expected, observed = float(predicted.mean()), float(left.mean())
    deviation = float(np.sqrt((predicted * (1.0 - predicted)).sum())) / n
    excess = observed - expected
    sigmas = excess / deviation if deviation > 0 else None
    clear = excess > 0 if sigmas is None else sigmas >= rule.sigmas_at_least
    alarm = n >= rule.customers_at_least and excess >= rule.excess_at_least and clear
    return Drift(group=group, customers=n, predicted=expected, observed=observed, sigmas=sigmas, alarm=alarm)
