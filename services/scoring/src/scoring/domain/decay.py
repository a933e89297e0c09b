"""How do facts fade, for many customers and every day of a guard at once?

Source: scoring-model.md section 1. `D_h = sum of f 2^(-age/h)`, `sat(x, c) = 1 - 2^(-max(x, 0)/c)`, shrunk mean
`100 (k p0 + WQ)/(k + W)`. A grid is the days as_of - g, g = 0..guard, one row each; row 0 is the as-of day. A decayed
sum scales one base of the old facts by 2^(-1/h) a day and adds the few facts inside the guard on their day.
Example: 8 points on day 70, h 30: D is 8 on day 70, 4 on day 100; sat(10, 10) = 0.5.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.domain.state.arrays import Buckets, of_kinds
from scoring.domain.state.days import NEVER

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Decayed sums are compared unrounded, and ties are common (one review is worth exactly half after 180 days). The last
# bits of a sum depend on whether it was scaled day by day, so sums nearer than this are equal.
TIE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """`size` customers on the days as_of, as_of - 1 .. as_of - guard (day numbers)."""

    as_of: int
    guard: int
    size: int

    @property
    def rows(self) -> int:
        return self.guard + 1

    @property
    def today(self) -> "Grid":
        """The as-of day alone."""
        return Grid(as_of=self.as_of, guard=0, size=self.size)

    @property
    def days(self) -> Ints:
        """The grid's day numbers as a column, [rows, 1]."""
        return (self.as_of - np.arange(self.rows))[:, None]


class Facts:
    """Weighted facts of one sort, each owner's ascending by day: owner, day, weight, and the as-of days they hold."""

    def __init__(
        self,
        grid: Grid,
        owner: Ints,
        day: Ints,
        weight: Floats,
        *,
        since: Ints | None = None,
        until: Ints | None = None,
    ) -> None:
        self.grid = grid
        oldest = grid.as_of - grid.guard
        steady = day <= grid.as_of
        self._odd: tuple[Ints, Ints, Floats, Flags] | None = None
        if until is not None:
            since = day if since is None else since
            odd = steady & ((since > day) | (until <= grid.as_of)) & (until > oldest) & (since <= grid.as_of)
            steady &= (since == day) & (until > grid.as_of)
            if odd.any():
                self._take_odd(owner[odd], day[odd], weight[odd], since[odd], until[odd])
        recent = steady & (day > oldest)
        if recent.any():
            steady &= ~recent
            self._recent: tuple[Ints, Ints, Floats] | None = (owner[recent], day[recent], weight[recent])
        else:
            self._recent = None
        if not steady.all():
            owner, day, weight = owner[steady], day[steady], weight[steady]
        self._old = owner, day, weight
        self._recent_sum: Floats | None = None
        self._sums: dict[float, Floats] = {}

    def _take_odd(self, owner: Ints, day: Ints, weight: Floats, since: Ints, until: Ints) -> None:
        days = self.grid.days
        holds = (since <= days) & (days < until)
        self._odd = owner, day, weight, holds

    def of_today(self) -> "Facts":
        """The same facts on the as-of day alone."""
        known = self._old
        if self._recent is not None:
            (owner, day, weight), (owner_too, day_too, weight_too) = self._old, self._recent
            known = (
                np.concatenate([owner, owner_too]),
                np.concatenate([day, day_too]),
                np.concatenate([weight, weight_too]),
            )
        today = Facts(self.grid.today, *known)
        if self._odd is not None:
            owner, day, weight, holds = self._odd
            today._odd = owner, day, weight, holds[:1]
        return today

    def decayed(self, half_life: float) -> Floats:
        """D_h of the weights on each day of the grid, [rows, size]."""
        if half_life not in self._sums:
            self._sums[half_life] = self._decayed(half_life)
        return self._sums[half_life]

    def _decayed(self, half_life: float) -> Floats:
        grid = self.grid
        owner, day, weight = self._old
        fading = weight * faded((grid.as_of - grid.guard) - day, half_life)
        base = weighted_count(owner, fading, grid.size)
        if self._recent is None:
            sums = np.exp2(np.arange(-grid.guard, 1) / half_life)[:, None] * base
        else:
            sums = self._recent_by_day(*self._recent).copy()
            sums[grid.guard] += base
            _carry_on(sums, 2.0 ** (-1 / half_life))
        if self._odd is not None:
            owner, day, weight, holds = self._odd
            terms = np.where(holds, weight * np.exp2((day - grid.days) / half_life), 0.0)
            sums += self._by_owner(owner, terms)
        return sums

    def _recent_by_day(self, owner: Ints, day: Ints, weight: Floats) -> Floats:
        if self._recent_sum is None:
            at = (self.grid.as_of - day) * self.grid.size + owner
            flat = weighted_count(at, weight, self.grid.rows * self.grid.size)
            self._recent_sum = flat.reshape(self.grid.rows, self.grid.size)
        return self._recent_sum

    def _by_owner(self, owner: Ints, terms: Floats) -> Floats:
        rows, size = self.grid.rows, self.grid.size
        at = np.arange(rows)[:, None] * size + owner
        return weighted_count(at.ravel(), terms.ravel(), rows * size).reshape(rows, size)

    def last_day(self) -> Ints:
        """The latest day with a fact, NEVER without one, [rows, size]."""
        found = np.full((self.grid.rows, self.grid.size), NEVER)
        owner, day, _ = self._old
        found[self.grid.guard, owner] = day  # each owner's days ascend: the last one stays
        if self._recent is not None:
            owner, day, _ = self._recent
            found[self.grid.as_of - day, owner] = day
        for row in range(self.grid.guard - 1, -1, -1):
            np.maximum(found[row], found[row + 1], out=found[row])
        if self._odd is not None:
            owner, day, _, holds = self._odd
            rows, fact = np.nonzero(holds)
            np.maximum.at(found, (rows, owner[fact]), day[fact])
        return found

    def first_day(self) -> Ints:
        """The earliest day with a fact, -NEVER without one, [rows, size]."""
        found = np.full((self.grid.rows, self.grid.size), -NEVER)
        owner, day, _ = self._old
        found[self.grid.guard, owner[::-1]] = day[::-1]  # each owner's days descend: the first one stays
        if self._recent is not None:
            owner, day, _ = self._recent
            found[self.grid.as_of - day, owner] = day
        for row in range(self.grid.guard - 1, -1, -1):
            np.minimum(found[row], found[row + 1], out=found[row])
        if self._odd is not None:
            owner, day, _, holds = self._odd
            rows, fact = np.nonzero(holds)
            np.minimum.at(found, (rows, owner[fact]), day[fact])
        return found


def faded(age: Ints, half_life: float) -> Floats:
    """2^(-age/h) of whole days from 0 on. Most facts share few ages, so each age is raised once where that is less."""
    span = int(age.max()) + 1 if age.size else 0
    if span > age.size:
        return np.exp2(age / -half_life)
    by_age: Floats = np.exp2(np.arange(span) / -half_life)
    return by_age[age]


def _carry_on(sums: Floats, factor: float) -> None:
    """Add to each day what is left of the day before; by rows, which accumulate() would read column by column."""
    left = np.empty_like(sums[0])
    for row in range(len(sums) - 2, -1, -1):
        np.multiply(sums[row + 1], factor, out=left)
        sums[row] += left


def counted(grid: Grid, buckets: Buckets, kinds: tuple[int, ...]) -> Facts:
    """How often some kinds happened, together."""
    chosen = of_kinds(buckets, kinds)
    return Facts(grid, buckets.owner[chosen], buckets.day[chosen], buckets.n[chosen].astype(np.float64))


def weighted_count(at: Ints, weight: Floats, size: int) -> Floats:
    """The sum of the weights at each index below `size`, added in their order."""
    return np.bincount(at, weight, minlength=size).astype(np.float64, copy=False)


def sat(x: Floats, half_point: float) -> Floats:
    """1 - 2^(-max(x, 0)/c), in one piece of memory: guards make these arrays long."""
    fallen: Floats = np.maximum(x, 0.0)
    fallen *= -math.log(2.0) / half_point  # exp takes two thirds of the time of exp2
    np.exp(fallen, out=fallen)
    return np.subtract(1.0, fallen, out=fallen)


def shrunk_mean(weight: Floats, quality: Floats, prior_weight: float, prior: float) -> Floats:
    """100 (k p0 + WQ)/(k + W)."""
    return 100.0 * (prior_weight * prior + quality) / (prior_weight + weight)


def to_micro(score: Floats) -> Floats:
    """Half-even to 1e-6."""
    micro = score * 1e6
    np.rint(micro, out=micro)
    micro /= 1e6
    return micro
