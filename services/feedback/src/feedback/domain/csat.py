"""Are customers satisfied? The share of 4-5 on 1-5 with Wilson's interval, the mean beside it.

Other scales by q: satisfied from .75; the mean is told on 1-5. Source: feedback-model.md section 3. Example: 8 of 10
answers 4 or 5 -> 80 %, [49.02, 94.33].
"""

from dataclasses import dataclass
from typing import Final

from feedback.domain.distribution import TOLERANCE, Distribution, count, count_where
from feedback.domain.mean_interval import Mean, mean_on_scale
from feedback.domain.wilson import Share

SATISFIED_SHARE: Final = 0.75
LEAST: Final = 1.0
MOST: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Csat:
    """Of at least one answer."""

    satisfied: Share
    mean: Mean


def csat(answers: Distribution) -> Csat | None:
    """The satisfaction in some answers; None without any."""
    middle = mean_on_scale(answers, LEAST, MOST)
    if middle is None:
        return None
    satisfied = count_where(answers, lambda q: q >= SATISFIED_SHARE - TOLERANCE)
    return Csat(satisfied=Share(k=satisfied, n=count(answers)), mean=middle)
