"""How much is the customer likely to earn us in a year? 客户生命周期价值

Source: scoring-model.md section 3, CLV. Expected orders a year x mean order, both shrunk, times margin, discounted to
the middle of the year: (r + C)/(alpha + E) x 365 x (k m0 + total)/(k + n) x margin/(1 + d)^(1/2) in minor units, E
and C as in churn.py, n orders with net > 0 of all history and their total net money; null without a purchase.
Example: one order of 10000 today, r .5, alpha 60, k 3, m0 10000, margin .3, d .1:
.5/60 x 365 x 10000 x .3/1.1^.5 = 8700.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.churn import Buying
from scoring.domain.decay import Floats, Grid, Ints
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.running_sums import visible_sums
from scoring.domain.state.arrays import Worths


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clv:
    """Minor units of money; the expected orders a year and the mean order that it is made of; [size]."""

    minor: Ints
    yearly_orders: Floats
    mean_order_minor: Floats


def clv(grid: Grid, worths: Worths, found: Buying, policy: Policy, thresholds: Thresholds) -> Clv:
    """The value of the coming year as of the as-of day, where bought."""
    rule, paid = policy.clv, worths.net_minor > 0
    owner, net = worths.owner[paid], worths.net_minor[paid].astype(np.float64)
    since, until = worths.since[paid], worths.until[paid]
    (orders,), (total,) = visible_sums(grid.today, owner, (np.ones(len(owner)), net), since, until)
    mean = (rule.prior_orders * thresholds.m0_minor + total) / (rule.prior_orders + orders)
    yearly = (thresholds.churn_r + found.repeats[0]) / (thresholds.churn_alpha + found.exposure[0]) * 365.0
    worth = yearly * mean * rule.margin / np.sqrt(1.0 + rule.yearly_discount)
    return Clv(minor=np.rint(worth).astype(np.int64), yearly_orders=yearly, mean_order_minor=mean)
