"""What was judged of each customer on a past day, and what did each do after it?

Source: scoring-model.md section 5, time split. Everybody who had bought by as_of is judged as of that day, knowing only
what lies before, then looked up in (as_of, as_of + horizon]. The chance to leave is churn risk's formula with the
horizon in place of H. Future spend is the net money of those days as known at their end, at least 0 a customer.
Example: one order on day 0, one on day 50: as of day 10 with horizon 90 bought again; with horizon 30 not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.domain.card import score
from scoring.domain.churn import buying, churn_risk
from scoring.domain.decay import Flags, Floats, Grid, Ints
from scoring.domain.exchange import purchase_days
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.quality.churn_grid import silent_after
from scoring.domain.running_sums import visible_sum
from scoring.domain.state.arrays import Arrays
from scoring.domain.state.days import date_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What was judged of those who had bought, and what they did; about 70 bytes a customer.

    `risk`: as shown; `leaving`: the chance of no purchase within the horizon; `band`, `segment`: indexes.
    """

    risk: Floats
    leaving: Floats
    recency_days: Ints
    purchase_days: Ints
    monetary_minor: Ints
    rfm_sum: Ints
    clv_minor: Ints
    health: Floats
    band: Ints
    segment: Ints
    bought: Flags
    future_minor: Ints

    @classmethod
    def total(cls, pages: Iterable["Outcomes"]) -> "Outcomes":
        """The outcomes of at least one page of customers together."""
        whole = list(pages)
        return cls(**{name: np.concatenate([getattr(page, name) for page in whole]) for name in _NAMES})

    def columns(self) -> dict[str, NDArray[Any]]:
        """Each column by its name."""
        return {name: getattr(self, name) for name in _NAMES}


_NAMES: Final = tuple(each.name for each in fields(Outcomes))


def observe(arrays: Arrays, as_of: int, horizon: int, policy: Policy, thresholds: Thresholds) -> Outcomes:
    """Judge as of the day, and look up what happened in the horizon after it."""
    columns = score(arrays, date_of(as_of), policy, thresholds)
    silent, had_bought = silent_after(arrays, as_of, until=as_of + horizon)
    chosen = np.flatnonzero(had_bought)
    grid = Grid(as_of=as_of, guard=0, size=arrays.size)
    purchases = purchase_days(grid, arrays)
    found = buying(purchases, purchases.first_day(), purchases.last_day(), 1, thresholds)
    further = replace(policy, churn=replace(policy.churn, horizon_days=horizon))
    days, worths = arrays.purchases, arrays.worths
    until_then = (days.day <= as_of) & (days.until > as_of)
    later = worths.day > as_of
    owner, net = worths.owner[later], worths.net_minor[later].astype(np.float64)
    end = Grid(as_of=as_of + horizon, guard=0, size=arrays.size)
    future = visible_sum(end, owner, net, worths.since[later], worths.until[later])[0]
    whole = {
        "risk": columns.churn_risk,
        "leaving": churn_risk(found, had_bought[None, :], further, thresholds)[0],
        "recency_days": columns.recency_days,
        "purchase_days": np.bincount(days.owner[until_then], minlength=arrays.size),
        "monetary_minor": columns.monetary_minor,
        "rfm_sum": columns.r.astype(np.int64) + columns.f + columns.m,
        "clv_minor": columns.clv_minor,
        "health": columns.care_health,
        "band": columns.churn_band,
        "segment": columns.raw_segment,
        "bought": ~silent,
        "future_minor": np.maximum(future, 0.0).astype(np.int64),
    }
    return Outcomes(**{name: column[chosen] for name, column in whole.items()})
