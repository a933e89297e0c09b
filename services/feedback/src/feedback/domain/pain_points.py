"""Where does it hurt most? Touchpoints by volume x mean shortfall: many small hurts weigh like a few great ones.

Source: feedback-model.md section 3. The shortfall of an answer is how far the experience stayed below what was
expected, in q; who was not asked what they expected expected the best; a complaint falls short by all. Never below 0.
Example: 100 answers with mean shortfall .2 weigh 20, 10 complaints 10.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PainPoint:
    """One touchpoint; `pain` = volume x mean shortfall."""

    touchpoint: str
    volume: int
    mean_shortfall: float

    @property
    def pain(self) -> float:
        return self.volume * self.mean_shortfall


def shortfall(experienced: float, expected: float = 1.0) -> float:
    """How far an experience stayed below what was expected, both as q."""
    return max(0.0, expected - experienced)


def pain_points(shortfalls: Mapping[str, Mapping[float, int]]) -> list[PainPoint]:
    """The touchpoints, worst first; each has how many voices fell short by how much."""
    points = [
        PainPoint(
            touchpoint=touchpoint,
            volume=sum(told.values()),
            mean_shortfall=math.fsum(short * n for short, n in told.items()) / sum(told.values()),
        )
        for touchpoint, told in shortfalls.items()
        if told
    ]
    return sorted(points, key=lambda point: (-point.pain, point.touchpoint))
