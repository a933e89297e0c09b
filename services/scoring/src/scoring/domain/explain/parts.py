"""Of what is a part of an explanation made: one component, its points, and the kinds and days that made them?

Source: scoring-model.md section 6. Plain Python over one customer's state, beside the columns that say the score.
Example: an attended event of today is the part engagement / event_attend of 42.565 points.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from scoring.domain.card import score
from scoring.domain.columns import Columns
from scoring.domain.decay import Floats
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.policy_rules import ShrunkMean
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.arrays import Arrays, pack_states
from scoring.domain.state.days import date_of
from scoring.domain.state.kinds import KINDS
from scoring.domain.state.orders import worths
from scoring.domain.state.state import COUNT_BITS, COUNT_MASK, KIND_BITS, KIND_MASK, State

PURCHASE: Final = "purchase"
ORDER: Final = "order"
"""Of the money events only the orders, where a refund's day would mislead."""


class Contribution(NamedTuple):
    """Points of one component.

    `kinds` are the kinds whose events made it (`purchase`: order events), within `days` (first, last) where not all.
    """

    component: str
    kind: str | None
    points: float
    kinds: tuple[str, ...]
    days: tuple[int, int] | None = None


class Pieces:
    """What is judged piece by piece when asked for, and only once."""

    def __init__(self, coming: Iterable[tuple[Sequence[int], Columns]]) -> None:
        self._coming = iter(coming)
        self._judged: list[tuple[Sequence[int], Columns]] = []

    def __iter__(self) -> Iterator[tuple[Sequence[int], Columns]]:
        yield from self._judged
        for piece in self._coming:
            self._judged.append(piece)
            yield piece


class Known(NamedTuple):
    """What one customer's state says up to a day, by the rules in force: the state, its arrays and its columns.

    `pieces` remembers what many questions about one customer need, such as the coming days.
    """

    state: State
    arrays: Arrays
    day: int
    columns: Columns
    policy: Policy
    thresholds: Thresholds
    pieces: dict[str, Pieces]

    def once(self, name: str, judge: "Callable[[Known], Iterable[tuple[Sequence[int], Columns]]]") -> Pieces:
        """The pieces of that name, judged at the first question."""
        if name not in self.pieces:
            self.pieces[name] = Pieces(judge(self))
        return self.pieces[name]


def look(state: State, day: int, policy: Policy, thresholds: Thresholds) -> Known:
    """The customer as of a day."""
    arrays = pack_states([state])
    return Known(state, arrays, day, score(arrays, date_of(day), policy, thresholds), policy, thresholds, {})


def buckets_of(known: Known) -> Iterator[tuple[int, int, int, int]]:
    """(kind, age, n, q_milli) of each bucket up to the day."""
    for key, count in sorted(known.state.buckets.items()):
        age = known.day - (key >> KIND_BITS)
        if age >= 0:
            yield key & KIND_MASK, age, count & COUNT_MASK, count >> COUNT_BITS


def by_kind(terms: Iterable[tuple[int, float]]) -> dict[str, float]:
    """The sum of each kind's terms."""
    found: dict[str, list[float]] = {}
    for kind, term in terms:
        if term:
            found.setdefault(KINDS[kind], []).append(term)
    return {kind: math.fsum(values) for kind, values in found.items()}


def points_by_kind(known: Known, half_life: float) -> dict[str, float]:
    """P_h of each kind."""
    table = known.policy.kinds
    return by_kind(
        (kind, float(table.points[kind]) * min(n, float(table.cap[kind])) * 2 ** (-age / half_life))
        for kind, age, n, _ in buckets_of(known)
    )


def counts_by_kind(known: Known, half_life: float) -> dict[str, float]:
    """D_h n of each kind."""
    return by_kind((kind, n * 2 ** (-age / half_life)) for kind, age, n, _ in buckets_of(known))


def shares(component: str, score_: float, terms: dict[str, float]) -> list[Contribution]:
    """Each kind's share of a score that is saturated or a ratio."""
    total = math.fsum(terms.values())
    return (
        [Contribution(component, kind, score_ * term / total, (kind,)) for kind, term in terms.items()] if total else []
    )


def mean_parts(
    component: str, known: Known, rule: ShrunkMean, weights: Floats, qualities: Floats
) -> list[Contribution]:
    """A shrunk mean: the prior, and how far each kind pulls the score away from it, up or down."""
    weight, pull = [], []
    for kind, age, n, q_milli in buckets_of(known):
        if weights[kind]:
            fade = float(weights[kind]) * 2 ** (-age / rule.half_life_days)
            quality = q_milli / 1000 if np.isnan(qualities[kind]) else n * float(qualities[kind])
            weight.append(fade * n)
            pull.append((kind, fade * (quality - rule.prior * n)))
    whole = rule.prior_weight + math.fsum(weight)
    return [
        Contribution(f"{component}.prior", None, 100 * rule.prior, ()),
        *(Contribution(component, kind, 100 * points / whole, (kind,)) for kind, points in by_kind(pull).items()),
    ]


def kept_and_missed(
    component: str, known: Known, score_: float, half_life: float, prior: tuple[float, float], kinds: tuple[str, str]
) -> list[Contribution]:
    """What the prior and the good ones alone would give, and what the bad ones take away from it."""
    counts = counts_by_kind(known, half_life)
    good, calm = counts.get(kinds[0], 0.0), prior[0] + counts.get(kinds[0], 0.0)
    start, earned = 100 * prior[0] * prior[1] / calm, 100 * good / calm
    lost = score_ - start - earned if counts.get(kinds[1]) else 0.0
    return [
        Contribution(f"{component}.prior", None, start, ()),
        Contribution(component, kinds[0], earned, (kinds[0],)),
        Contribution(component, kinds[1], lost, (kinds[1],)),
    ]


Explain = Callable[[Known], list[Contribution]]


def mean_of(
    component: str, known: Known, of: Mapping[str, Explain], weights: Sequence[float], values: Iterable[float]
) -> list[Contribution]:
    """What each part that has a weight adds to a weighted mean. `of`: what explains each part, in their order."""
    whole = math.fsum(weights)
    points = [weight * value / whole if weight else None for weight, value in zip(weights, values, strict=True)]
    return _each(component, known, of, points)


def coverage_of(
    component: str, known: Known, of: Mapping[str, Explain], weights: Iterable[float], flags: Iterable[bool]
) -> list[Contribution]:
    """The full weight of each known part."""
    points = [weight if is_known else None for weight, is_known in zip(weights, flags, strict=True)]
    return _each(component, known, of, points)


def _each(
    component: str, known: Known, of: Mapping[str, Explain], points: Iterable[float | None]
) -> list[Contribution]:
    return [
        Contribution(f"{component}.{name}", None, each, kinds_of(explain(known)))
        for (name, explain), each in zip(of.items(), points, strict=True)
        if each is not None
    ]


def purchase_days_of(known: Known) -> list[int]:
    """The days with a live order, ascending."""
    orders, refunds, cancels = known.state.purchases
    days = worths(orders.values(), refunds.values(), cancels)[1]
    return [day for day, until in days if day <= known.day < until]


def kinds_of(parts: Iterable[Contribution]) -> tuple[str, ...]:
    """The kinds behind some parts, each once."""
    return tuple(dict.fromkeys(kind for part in parts for kind in part.kinds))
