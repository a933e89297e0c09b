"""Did it change, or do two groups differ? A test for each measure, and the sentence that may be quoted.

NPS: z of the difference of adjusted values over the root of their variances' sum. Shares: z of two proportions, pooled
variance. Source: feedback-model.md section 3. Example: 50/30/20 -> 60/25/15 is +15 points, z 1.37, p .170: not
significant. Below 30 answers on a side it is too few for a trend.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from feedback.domain.nps import FEWEST_FOR_A_TREND, Nps
from feedback.domain.survey import Words
from feedback.domain.wilson import Share

ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From one set of answers to another, in points (NPS) or percentage points; p is null when it cannot be tested."""

    difference: float
    z: float | None
    p_value: float | None
    fewest: int

    @property
    def is_significant(self) -> bool:
        return self.p_value is not None and self.p_value < ALPHA and self.fewest >= FEWEST_FOR_A_TREND

    @property
    def sentences(self) -> Words:
        """What may be said of it, by language."""
        zh, en = "不显著", "not significant"
        if self.fewest < FEWEST_FOR_A_TREND:
            zh, en = f"样本太少，不足以看趋势 (n = {self.fewest})", f"too few for a trend (n = {self.fewest})"
        elif self.p_value is None:
            zh, en = "全部回答相同，无法检验", "not to be tested, all answers are alike"
        else:
            zh, en = ("显著", "significant") if self.is_significant else (zh, en)
            zh, en = f"{zh} ({tell_p(self.p_value)})", f"{en} ({tell_p(self.p_value)})"
        return {"zh": f"{self.difference:+.1f} 点：{zh}", "en": f"{self.difference:+.1f} points: {en}"}


def nps_change(before: Nps, after: Nps) -> Change:
    """The test of two scores; its difference is that of the raw points."""
    z = (after.adjusted - before.adjusted) / math.sqrt(before.variance + after.variance)
    return Change(difference=after.point - before.point, z=z, p_value=_two_sided(z), fewest=min(before.n, after.n))


def share_change(before: Share, after: Share) -> Change:
    """The test of two shares; p is null when both are 0 or both 1."""
    difference, fewest = 100 * (after.value - before.value), min(before.n, after.n)
    pooled = (before.k + after.k) / (before.n + after.n)
    spread = pooled * (1 - pooled) * (1 / before.n + 1 / after.n)
    if spread == 0:
        return Change(difference=difference, z=None, p_value=None, fewest=fewest)
    z = (after.value - before.value) / math.sqrt(spread)
    return Change(difference=difference, z=z, p_value=_two_sided(z), fewest=fewest)


def with_p(change: Change, p_value: float) -> Change:
    """The same change with a corrected p value."""
    return replace(change, p_value=p_value)


def tell_p(p_value: float) -> str:
    """As papers print it: `p = .170`, `p < .001`."""
    return "p < .001" if p_value < 0.001 else f"p = {p_value:.3f}".replace("0.", ".", 1)


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))
