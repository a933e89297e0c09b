"""What does one field hold on the cards of a whole batch? The same value, one of few, or a value a card.

Told apart because what is the same or one of few is turned into JSON once a batch, not once a card.
Example: Few([1, 0, 1], ("low", "high")) is high, low, high.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.domain.decay import Flags


class Same(NamedTuple):
    """A field that is the same on every card."""

    value: Any


class Few(NamedTuple):
    """A field with few values; `codes` holds each card's place in them."""

    codes: NDArray[Any]
    values: Sequence[Any]


Field = Same | Few | list[Any]


def value_on(field: Field, i: int) -> Any:
    """What the field holds on one card."""
    match field:
        case Same():
            return field.value
        case Few():
            return field.values[field.codes[i]]
    return field[i]


def named(codes: NDArray[Any], names: Sequence[str], known: Flags | None = None) -> Few:
    """The name at each code; null where it is not known."""
    return Few(codes, names) if known is None else Few(np.where(known, codes, len(names)), (*names, None))


def figures(values: NDArray[Any], known: Flags) -> list[Any]:
    """A figure a card; null where it is not known."""
    if not known.any():
        return [None] * len(values)
    return [value if flag else None for value, flag in zip(values.tolist(), known.tolist(), strict=True)]
