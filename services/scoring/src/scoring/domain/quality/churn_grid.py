"""Which half-life h and prior r, alpha of churn risk would have predicted best who did not buy again?

Source: scoring-model.md section 5. As of t = as_of - H, for customers with a first purchase day <= t, the Brier score
mean((risk - silent)^2) of "no purchase day in (t, t + H]", over h 30 60 90 120 180, r .25 to 2 by .25 and alpha 15 30
60 90 120 180 240 365; least wins. Ties: h nearest 90, then larger alpha, then larger r.
Only sums of squared errors are kept, so that pages of customers add up. E and C are those of churn.py; with
L = ln((alpha + E)/(alpha + E + H)) the risks of all r come from exp(C L) times powers of exp(.25 L).
Example: one order on day t, silent since: h 90, r .5, alpha 60 errs by (60/150)^.5 - 1 = -.367544, squared .135089.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from scoring.domain.churn import Buying, buying
from scoring.domain.decay import Flags, Floats, Grid
from scoring.domain.exchange import purchase_days
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.arrays import Arrays

HALF_LIVES: Final = (30.0, 60.0, 90.0, 120.0, 180.0)
RATE_STEP: Final = 0.25
RATES: Final = tuple(RATE_STEP * step for step in range(1, 9))
ALPHAS: Final = (15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 365.0)
USUAL_HALF_LIFE: Final = 90.0
SAME_BRIER: Final = 12  # decimals: scores nearer than this are ties, however pages were added up


class ChurnPoint(NamedTuple):
    """Half-life in days, prior r, prior alpha in days."""

    h: float
    r: float
    alpha: float

    @classmethod
    def of(cls, thresholds: Thresholds) -> "ChurnPoint":
        return cls(thresholds.churn_h, thresholds.churn_r, thresholds.churn_alpha)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChurnErrors:
    """Sums of squared errors: `grid` [h, alpha, r], `beside` one a further point; of `customers`, `silent` of them."""

    grid: Floats
    beside: Floats
    customers: int
    silent: int

    @classmethod
    def total(cls, pages: Iterable["ChurnErrors"]) -> "ChurnErrors":
        """The errors of at least one page of customers together."""
        whole = list(pages)
        return cls(
            grid=np.sum([page.grid for page in whole], axis=0),
            beside=np.sum([page.beside for page in whole], axis=0),
            customers=sum(page.customers for page in whole),
            silent=sum(page.silent for page in whole),
        )

    def brier(self, number: int) -> float | None:
        """The Brier score of a further point; None without a customer to judge."""
        return float(self.beside[number]) / self.customers if self.customers else None

    def best(self) -> tuple[ChurnPoint, float] | None:
        """The point of the grid with the least Brier score; None without a customer to judge."""
        if not self.customers:
            return None
        brier = np.round(self.grid / self.customers, SAME_BRIER)
        h, alpha, r = min(np.argwhere(brier == brier.min()), key=_worse)
        return ChurnPoint(HALF_LIVES[h], RATES[r], ALPHAS[alpha]), float(brier[h, alpha, r])


def _worse(at: Iterable[int]) -> tuple[float, float, float]:
    h, alpha, r = at
    return abs(HALF_LIVES[h] - USUAL_HALF_LIFE), -ALPHAS[alpha], -RATES[r]


def churn_errors(
    arrays: Arrays, as_of: int, horizon: int, base: Thresholds, beside: tuple[ChurnPoint, ...] = ()
) -> ChurnErrors:
    """The errors of every point as of as_of - horizon, against what is known on the as-of day."""
    grid = Grid(as_of=as_of - horizon, guard=0, size=arrays.size)
    silent, judged = silent_after(arrays, grid.as_of, until=as_of)
    found: dict[float, Buying] = {}
    purchases = purchase_days(grid, arrays)
    first, last = purchases.first_day(), purchases.last_day()
    for h in {*HALF_LIVES, *(point.h for point in beside)}:
        whole = buying(purchases, first, last, 1, replace(base, churn_h=h))
        found[h] = Buying(exposure=whole.exposure[0, judged], repeats=whole.repeats[0, judged])
    outcome = silent[judged].astype(np.float64)
    return ChurnErrors(
        grid=np.array([[_of_rates(found[h], alpha, horizon, outcome) for alpha in ALPHAS] for h in HALF_LIVES]),
        beside=np.array([_of_point(found[point.h], point, horizon, outcome) for point in beside]),
        customers=len(outcome),
        silent=int(outcome.sum()),
    )


def silent_after(arrays: Arrays, day: int, *, until: int) -> tuple[Flags, Flags]:
    """Who has no purchase day in (day, until] as known on `until`, and who had bought on `day`; [size] each."""
    p = arrays.purchases
    silent, bought = np.ones(arrays.size, dtype=np.bool_), np.zeros(arrays.size, dtype=np.bool_)
    silent[p.owner[(p.day > day) & (p.day <= until) & (p.until > until)]] = False
    bought[p.owner[(p.day <= day) & (p.until > day)]] = True
    return silent, bought


def _faded(found: Buying, alpha: float, horizon: int) -> Floats:
    seen = alpha + found.exposure
    logs: Floats = np.log(seen / (seen + horizon))
    return logs


def _of_rates(found: Buying, alpha: float, horizon: int, outcome: Floats) -> list[float]:
    """The sums of squared errors for all of RATES."""
    log = _faded(found, alpha, horizon)
    risk, step = np.exp(found.repeats * log), np.exp(RATE_STEP * log)
    sums = []
    for _ in RATES:
        risk *= step
        error = risk - outcome
        sums.append(float(error @ error))
    return sums


def _of_point(found: Buying, point: ChurnPoint, horizon: int, outcome: Floats) -> float:
    error = np.exp((point.r + found.repeats) * _faded(found, point.alpha, horizon)) - outcome
    return float(error @ error)
