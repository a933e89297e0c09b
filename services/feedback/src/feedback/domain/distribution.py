"""How were the answers spread? Answers of any scale by q = (value - min) / (max - min), 0 worst and 1 best.

Every figure below reads a distribution, so answers need not be carried one by one. Example: 4 and 5 of 1-5 and 10 of
0-10 are {0.75: 1, 1.0: 2}: n 3, mean q .9167.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

Distribution = Mapping[float, int]
"""How many answers there are of each q."""

TOLERANCE: Final = 1e-9
"""q of 1-7 is no exact binary fraction: 5 of 1-7 must not fall below 4/6."""


def count(answers: Distribution) -> int:
    """How many answers there are."""
    return sum(answers.values())


def count_where(answers: Distribution, holds: Callable[[float], bool]) -> int:
    """How many answers have such a q."""
    return sum(n for q, n in answers.items() if holds(q))


def mean(answers: Distribution) -> float:
    """The mean q of at least one answer."""
    return math.fsum(q * n for q, n in answers.items()) / count(answers)


def variance(answers: Distribution) -> float:
    """The sample variance of q over at least two answers."""
    middle = mean(answers)
    return math.fsum(n * (q - middle) ** 2 for q, n in answers.items()) / (count(answers) - 1)


def add(parts: list[Distribution]) -> dict[float, int]:
    """Several distributions as one."""
    total: dict[float, int] = {}
    for part in parts:
        for q, n in part.items():
            total[q] = total.get(q, 0) + n
    return total
