"""How much is exchanged: how often, and for how much money? 交换

Source: scoring-model.md section 3, Exchange. 100 (0.5 sat(D_90 of purchase days, 2)
+ 0.5 sat(D_180 of net money, m50)).
Example: one order of 50000 today with m50 50000: 100 (0.5 (1 - 2^(-0.5)) + 0.5 x 0.5) = 39.644661.
"""

import numpy as np

from scoring.domain.decay import Facts, Floats, Grid, sat
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.arrays import Arrays


def purchase_days(grid: Grid, arrays: Arrays) -> Facts:
    """Days with a live order, each once."""
    days = arrays.purchases
    return Facts(grid, days.owner, days.day, np.ones(len(days.day)), until=days.until)


def net_money(grid: Grid, arrays: Arrays) -> Facts:
    """Net money in minor units on the day on which it is valued."""
    worths = arrays.worths
    net = worths.net_minor.astype(np.float64)
    return Facts(grid, worths.owner, worths.day, net, since=worths.since, until=worths.until)


def exchange(purchases: Facts, money: Facts, policy: Policy, thresholds: Thresholds) -> Floats:
    """Exchange 0-100 on each day of the grid."""
    rule = policy.exchange
    often = sat(purchases.decayed(rule.purchase_half_life_days), rule.purchase_half_point)
    much = sat(money.decayed(rule.money_half_life_days), thresholds.m50_minor)
    often *= 100.0 * rule.purchase_share
    much *= 100.0 * (1.0 - rule.purchase_share)
    often += much
    return often
