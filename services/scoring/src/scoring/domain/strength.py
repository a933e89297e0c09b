"""How strong is the relationship, and on how much evidence does that rest?

Source: scoring-model.md sections 1 (weighted mean of the known) and 3, Strength. Weights .20 Experience, .25
Engagement, .25 Exchange, .15 Evaluation, .15 Evolution, renormalised over the known parts. Experience and Evaluation
fade with their evidence (weight x min(1, W)), enter last, lowest first, and count only clamp((x - 70)/10, 0, 1) where
they would raise the mean so far: bad news never raises it. Null when only Engagement and Exchange are
known and both are 0.
Example: Engagement 31, Exchange 48.2, Evolution 55.1 have the mean 43.177; Experience 72.5 with W 1 would raise it and
counts a quarter of its .20: (28.065 + .05 x 72.5)/.70 = 45.271. Coverage .85.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import Flags, Floats, to_micro
from scoring.domain.experience import Mean
from scoring.domain.known_mean import enter_thin
from scoring.domain.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrengthColumns:
    """Strength 0-100 where `known`, coverage 0-1 always, and the weight with which each part of PARTS counted."""

    score: Floats
    known: Flags
    coverage: Floats
    weights: tuple[Floats, ...]


def strength(
    *,
    experience: Mean,
    engagement: Floats,
    exchange: Floats,
    evaluation: Mean,
    evolution: Floats,
    evolving: Flags,
    policy: Policy,
) -> StrengthColumns:
    """Strength on each day of the grid, from the unrounded parts."""
    full = policy.strength.weights
    grows: Floats = full[4] * evolving.astype(np.float64)
    total = full[1] + full[2] + grows
    mean = (full[1] * engagement + full[2] * exchange + grows * evolution) / total
    by_experience, by_evaluation = (
        np.where(part.known, weight * np.minimum(1.0, part.weight), 0.0)
        for part, weight in ((experience, full[0]), (evaluation, full[3]))
    )
    mean, by_experience, by_evaluation = enter_thin(
        mean, total, (experience.score, by_experience), (evaluation.score, by_evaluation), policy
    )
    nothing = (to_micro(engagement) == 0) & (to_micro(exchange) == 0)
    return StrengthColumns(
        score=mean,
        known=~(nothing & ~experience.known & ~evaluation.known & ~evolving),
        coverage=full[1] + full[2] + grows + full[0] * experience.known + full[3] * evaluation.known,
        weights=(by_experience, np.full_like(mean, full[1]), np.full_like(mean, full[2]), by_evaluation, grows),
    )
