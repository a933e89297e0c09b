"""How does a mean take in parts whose evidence is thin?

Source: scoring-model.md section 1, weighted mean of the known. Firm parts make a mean; then two thin ones enter, the
lower first, each with its weight times min(1, W), and one that raises the mean so far counts only
clamp((x - 70)/10, 0, 1) of that: bad news never raises a mean, and thin evidence fades instead of dropping out.
Example: a mean of 43.177 of weight .65; a part of 72.5, weight .20, W 1, counts .05: 45.271.
"""

import numpy as np

from scoring.domain.decay import Flags, Floats
from scoring.domain.policy.policy import Policy


def enter_thin(
    mean: Floats, total: Floats, one: tuple[Floats, Floats], other: tuple[Floats, Floats], policy: Policy
) -> tuple[Floats, Floats, Floats]:
    """The mean with two (score, weight) parts more, and the weight with which each of them counted."""
    low_first = one[0] <= other[0]
    lower, higher = _in_order(low_first, one[0], other[0])
    first, second = _in_order(low_first, one[1], other[1])
    mean, total, first = _enter(mean, total, lower, first, policy)
    mean, _, second = _enter(mean, total, higher, second, policy)
    return mean, *_in_order(low_first, first, second)


def _in_order(keep: Flags, one: Floats, other: Floats) -> tuple[Floats, Floats]:
    return np.where(keep, one, other), np.where(keep, other, one)


def _enter(mean: Floats, total: Floats, score: Floats, weight: Floats, policy: Policy) -> tuple[Floats, Floats, Floats]:
    rule = policy.strength
    counted = np.clip((score - rule.raise_from) / (rule.raise_full - rule.raise_from), 0.0, 1.0)
    weight = np.where(score > mean, weight * counted, weight)
    whole = total + weight
    return mean + (score - mean) * (weight / whole), whole, weight
