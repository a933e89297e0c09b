"""How long ago did customers last buy, and for whom is it getting late? 最近购买时间, 流失预警

Source: checklist.md, identify churn risk: an early-warning list with reasons. Bins of days since the last purchase with
customers, net money of 12 months and the mean churn risk. Early warning: a key account whose churn risk is no
longer low and rose by at least 0.1 within 30 days (the policy's `reports.warning`).
Example: idle 0, 6 and 7 days fall into the bins 0-6, 0-6 and 7-14; risk .5 that was .4 is warned of.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.domain.churn import buying, churn_risk
from scoring.domain.decay import Flags, Floats, Grid, Ints, to_micro
from scoring.domain.exchange import purchase_days
from scoring.domain.policy.rules import Rules
from scoring.domain.state.arrays import Arrays

FIRST_DAYS: Final = (0, 7, 15, 30, 60, 90, 120, 180, 270, 365, 730)
"""Of each bin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Buyers who last bought from `from_days` to `to_days` ago (None: and longer)."""

    from_days: int
    to_days: int | None
    customers: int
    monetary_minor: int
    mean_churn_risk: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Histogram:
    """By bin: customers, their money, and the sum of their churn risks."""

    customers: Ints
    money: Ints
    risk: Floats

    def __add__(self, other: "Histogram") -> "Histogram":
        return Histogram(
            customers=self.customers + other.customers, money=self.money + other.money, risk=self.risk + other.risk
        )


def nobody() -> Histogram:
    """Before anybody is counted."""
    none = np.zeros(len(FIRST_DAYS), dtype=np.int64)
    return Histogram(customers=none, money=none.copy(), risk=none.astype(np.float64))


def histogram(idle_days: Ints, monetary_minor: Ints, risk: Floats) -> Histogram:
    """The bins of some buyers, to be added to others'."""
    found = nobody()
    at = np.searchsorted(np.array(FIRST_DAYS), idle_days, side="right") - 1
    np.add.at(found.customers, at, 1)
    np.add.at(found.money, at, monetary_minor)
    np.add.at(found.risk, at, risk)
    return found


def bins(found: Histogram) -> list[Bin]:
    """Every bin, the most recent first."""
    return [
        Bin(
            from_days=first,
            to_days=after - 1 if after else None,
            customers=int(customers),
            monetary_minor=int(money),
            mean_churn_risk=round(float(risk) / int(customers), 6) if customers else None,
        )
        for first, after, customers, money, risk in zip(
            FIRST_DAYS, (*FIRST_DAYS[1:], None), found.customers, found.money, found.risk, strict=True
        )
    ]


def risks(arrays: Arrays, as_of: int, rules: Rules) -> tuple[Floats, Floats, Flags]:
    """Churn risk on the day and on the one looked back to, and whether anything was bought by then; [size] each."""
    now, bought_now = _risk(Grid(as_of=as_of, guard=0, size=arrays.size), arrays, rules)
    before, bought_before = _risk(
        Grid(as_of=as_of - rules.policy.reports.look_back_days, guard=0, size=arrays.size), arrays, rules
    )
    return now, before, bought_now & bought_before


def _risk(grid: Grid, arrays: Arrays, rules: Rules) -> tuple[Floats, Flags]:
    purchases = purchase_days(grid, arrays)
    first, last = purchases.first_day(), purchases.last_day()
    bought = first <= grid.days
    risk = churn_risk(buying(purchases, first, last, 1, rules.thresholds), bought, rules.policy, rules.thresholds)
    return to_micro(np.where(bought, risk, 1.0))[0], bought[0]


def warned(now: Floats, before: Floats, comparable: Flags, key_account: Flags, rules: Rules) -> Ints:
    """Numbers of the key accounts whose risk rose enough and is no longer low."""
    rose = to_micro(now - before) >= rules.policy.reports.risk_rise_at_least
    return np.flatnonzero(comparable & key_account & rose & (now >= rules.policy.churn.low_below))
