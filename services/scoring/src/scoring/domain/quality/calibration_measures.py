"""What does each page of customers add to a calibration?

Source: scoring-model.md section 5. Only what the quantiles need is kept a customer; all else is summed, so that pages
add up and a whole base fits in memory. Example: two pages with frequencies [1, 2] and [5] total to [1, 2, 5].
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.domain.decay import Floats, Grid, Ints
from scoring.domain.exchange import net_money, purchase_days
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.quality.churn_grid import ChurnErrors, ChurnPoint, churn_errors
from scoring.domain.rfm import rfm
from scoring.domain.running_sums import visible_sum
from scoring.domain.state.arrays import Arrays
from scoring.domain.state.days import NEVER


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measures:
    """What some customers add to a calibration: one value each of those who count, and sums.

    `recency_days`, `frequency`, `monetary_minor`: buyers of the window. `decayed_minor`: where above 0.
    `first_day`, `last_day`: of all purchases, -NEVER and NEVER without one.
    """

    recency_days: Ints
    frequency: Ints
    monetary_minor: Ints
    decayed_minor: Floats
    customers: int
    orders: int
    paid_minor: int
    first_day: int
    last_day: int
    churn: ChurnErrors

    def columns(self) -> dict[str, NDArray[Any]]:
        """All of it as named arrays, to be kept."""
        sums = [self.customers, self.orders, self.paid_minor, self.first_day, self.last_day]
        return {
            **{name: getattr(self, name) for name in _VALUES},
            "sums": np.array([*sums, self.churn.customers, self.churn.silent]),
            "grid": self.churn.grid,
            "beside": self.churn.beside,
        }

    @classmethod
    def of_columns(cls, columns: Mapping[str, NDArray[Any]]) -> "Measures":
        """Of what `columns` gave."""
        customers, orders, paid, first, last, judged, silent = columns["sums"].tolist()
        return cls(
            **{name: columns[name] for name in _VALUES},
            customers=customers,
            orders=orders,
            paid_minor=paid,
            first_day=first,
            last_day=last,
            churn=ChurnErrors(grid=columns["grid"], beside=columns["beside"], customers=judged, silent=silent),
        )

    @classmethod
    def total(cls, pages: Iterable["Measures"]) -> "Measures":
        """The measures of at least one page of customers together."""
        whole = list(pages)
        return cls(
            **{name: np.concatenate([getattr(page, name) for page in whole]) for name in _VALUES},
            customers=sum(page.customers for page in whole),
            orders=sum(page.orders for page in whole),
            paid_minor=sum(page.paid_minor for page in whole),
            first_day=min(page.first_day for page in whole),
            last_day=max(page.last_day for page in whole),
            churn=ChurnErrors.total([page.churn for page in whole]),
        )


_VALUES: Final = ("recency_days", "frequency", "monetary_minor", "decayed_minor")


def measure(arrays: Arrays, as_of: int, policy: Policy, in_force: Thresholds) -> Measures:
    """What these customers add, about 60 bytes each; the Brier of the fixed and of the present point go beside."""
    grid = Grid(as_of=as_of, guard=0, size=arrays.size)
    purchases, worths = purchase_days(grid, arrays), arrays.worths
    first, last = purchases.first_day()[0], purchases.last_day()
    values = rfm(grid, worths, last, policy, in_force)
    recent = values.idle[0] < policy.rfm_window_days
    decayed = net_money(grid, arrays).decayed(policy.exchange.money_half_life_days)[0]
    paid = worths.net_minor > 0
    owner, net, since, until = (each[paid] for each in (worths.owner, worths.net_minor, worths.since, worths.until))
    return Measures(
        recency_days=values.idle[0][recent],
        frequency=values.frequency[recent],
        monetary_minor=values.monetary_minor[recent],
        decayed_minor=decayed[decayed > 0],
        customers=arrays.size,
        orders=int(visible_sum(grid, owner, np.ones(len(owner)), since, until).sum()),
        paid_minor=int(visible_sum(grid, owner, net.astype(np.float64), since, until).sum()),
        first_day=int(first.min(initial=-NEVER)),
        last_day=int(last.max(initial=NEVER)),
        churn=churn_errors(arrays, as_of, policy.churn.horizon_days, policy.fixed, _present(policy, in_force)),
    )


FIXED, IN_FORCE = 0, 1
"""Which of the points beside the grid is which."""


def _present(policy: Policy, in_force: Thresholds) -> tuple[ChurnPoint, ...]:
    return ChurnPoint.of(policy.fixed), ChurnPoint.of(in_force)
