"""Which of several differences hold when looked at together? Holm's step-down correction.

Source: Holm (1979). The p values in ascending order times m, m - 1, ..., 1, each at least the one before, at most 1.
Example: .01, .04, .03, .005 -> .03, .06, .06, .02.
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """The corrected p values, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected
