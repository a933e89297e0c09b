"""How many customers would stand elsewhere under other rules, and from where to where do they move?

A matrix a dimension: rows are the values under the one rules, columns under the others, cells are customers. Matrices
of pages of customers add up. Example: of two active customers one becomes high_value: segment active -> active 1,
active -> high_value 1, one moved.
"""

from typing import Any, Final

import numpy as np

from scoring.domain.churn import BANDS
from scoring.domain.columns import Columns
from scoring.domain.decay import Flags, Ints
from scoring.domain.policy import SEGMENTS, STAGES, TIERS

VALUES: Final[dict[str, tuple[str, ...]]] = {
    "segment": SEGMENTS,
    "tier": TIERS,
    "stage": STAGES,
    "churn_band": ("none", *BANDS),
    "key_account": ("no", "yes"),
}
"""The values of each dimension, in the order of its matrix; `none`: without a purchase."""

Moves = dict[str, Ints]
"""A square matrix a dimension."""


def no_moves() -> Moves:
    return {name: np.zeros((len(values), len(values)), dtype=np.int64) for name, values in VALUES.items()}


def count_moves(was: Columns, now: Columns, known: Flags) -> Moves:
    """The moves of the customers of whom anything is known."""
    before, after = _codes(was), _codes(now)
    found = {}
    for name, values in VALUES.items():
        size = len(values)
        at = before[name][known].astype(np.int64) * size + after[name][known]
        found[name] = np.bincount(at, minlength=size * size).reshape(size, size)
    return found


def add_moves(one: Moves, other: Moves) -> Moves:
    return {name: one[name] + other[name] for name in VALUES}


def moved(matrix: Ints) -> int:
    """How many are not where they were."""
    return int(matrix.sum() - np.trace(matrix))


def as_rows(found: Moves) -> dict[str, Any]:
    """For people and programs: `{dimension: {customers, moved, rows: [{was, now, customers}]}}`; no empty cells."""
    return {
        name: {
            "customers": int(matrix.sum()),
            "moved": moved(matrix),
            "rows": [
                {"was": VALUES[name][was], "now": VALUES[name][now], "customers": int(matrix[was, now])}
                for was, now in np.argwhere(matrix)
            ],
        }
        for name, matrix in found.items()
    }


def _codes(c: Columns) -> dict[str, Any]:
    return {
        "segment": c.segment,
        "tier": c.tier,
        "stage": c.stage,
        "churn_band": c.churn_band + 1,
        "key_account": c.key_account.astype(np.int64),
    }
