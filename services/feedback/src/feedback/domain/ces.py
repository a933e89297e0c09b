"""Was it easy? The mean on 1-7 (high = easy) with Student's interval, and the share of 5-7 with Wilson's.

Other scales by q: easy from 4/6; the mean is told on 1-7. Source: feedback-model.md section 3. Example: 2, 3, 5, 6, 7,
7 -> mean 5, [2.80, 7.00]; share of 5-7 66.7 %, [30.0, 90.3].
"""

from dataclasses import dataclass
from typing import Final

from feedback.domain.distribution import TOLERANCE, Distribution, count, count_where
from feedback.domain.mean_interval import Mean, mean_on_scale
from feedback.domain.wilson import Share

EASY_SHARE: Final = 4 / 6
LEAST: Final = 1.0
MOST: Final = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ces:
    """Of at least one answer."""

    mean: Mean
    easy: Share


def ces(answers: Distribution) -> Ces | None:
    """The ease in some answers; None without any."""
    middle = mean_on_scale(answers, LEAST, MOST)
    if middle is None:
        return None
    easy = count_where(answers, lambda q: q >= EASY_SHARE - TOLERANCE)
    return Ces(mean=middle, easy=Share(k=easy, n=count(answers)))
