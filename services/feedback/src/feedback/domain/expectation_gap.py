"""Was it as good as the customer expected? gap = experienced - expected, on 1-5, with Student's interval.

Source: feedback-model.md sections 1 and 3; other scales by q. Example: expected 4, 5, 4 and experienced 3, 3, 4 ->
gaps -1, -2, 0: mean -1, [-3.48, 1.48]; a gap whose interval holds 0 is no proven gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from feedback.domain.distribution import add, mean
from feedback.domain.mean_interval import Mean, mean_on_scale

Pairs = Mapping[tuple[float, float], int]
"""How many answers there are of each (expected q, experienced q)."""

SPAN: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationGap:
    """Means on 1-5 of answers that told both, and the gap between -4 and 4."""

    expected: float
    experienced: float
    gap: Mean

    @property
    def is_proven(self) -> bool:
        """Whether the interval lies wholly below or above 0."""
        low, high = self.gap.low, self.gap.high
        return low is not None and high is not None and (high < 0 or low > 0)


def expectation_gap(pairs: Pairs) -> ExpectationGap | None:
    """The gap in some pairs; None without any."""
    gaps = add([{(experienced - expected + 1) / 2: n} for (expected, experienced), n in pairs.items()])
    gap = mean_on_scale(gaps, -SPAN, SPAN)
    if gap is None:
        return None
    expected = add([{one: n} for (one, _), n in pairs.items()])
    experienced = add([{one: n} for (_, one), n in pairs.items()])
    return ExpectationGap(expected=1 + SPAN * mean(expected), experienced=1 + SPAN * mean(experienced), gap=gap)
