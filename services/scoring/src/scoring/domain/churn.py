"""How likely is it that the customer does not buy again within the horizon?

Source: scoring-model.md section 3, Churn risk. Gamma-Poisson on decayed repeats: f first purchase day, T = as_of - f,
E = max((h/ln 2)(1 - 2^(-T/h)), days since the last purchase), C = D_h of purchase days strictly after f;
risk = ((alpha + E)/(alpha + E + H))^(r + C), null without a purchase. Band: low < 0.4, medium < 0.7, else high; the
shown band is the lowest of the last 14 days.
Example: one purchase today, h 90, H 90, r 0.5, alpha 60: (60/150)^0.5 = 0.632456, medium.
"""

import math
from typing import Final

import numpy as np

from scoring.domain.decay import Facts, Flags, Floats, Grid, Ints, to_micro
from scoring.domain.policy import Policy
from scoring.domain.thresholds import Thresholds

BANDS: Final = ("low", "medium", "high")
NO_BAND: Final = -1


def churn_risk(grid: Grid, purchases: Facts, first: Ints, last: Ints, policy: Policy, thresholds: Thresholds) -> Floats:
    """Churn risk 0-1 on each day of the grid; meaningless (1) where there is no purchase yet."""
    h, alpha, horizon = thresholds.churn_h, thresholds.churn_alpha, policy.churn.horizon_days
    bought: Flags = first <= grid.days
    tenure = np.where(bought, grid.days - first, 0).astype(np.float64)
    idle = np.where(bought, grid.days - last, 0).astype(np.float64)
    exposure = np.maximum((h / math.log(2)) * (1.0 - np.exp2(-tenure / h)), idle)
    repeats = np.maximum(purchases.decayed(h) - np.exp2(-tenure / h), 0.0)
    seen = alpha + exposure
    risk = np.exp((thresholds.churn_r + repeats) * np.log(seen / (seen + horizon)))
    return np.where(bought, risk, 1.0)


def shown_band(risk: Floats, bought: Flags, policy: Policy) -> Ints:
    """The band of the lowest risk of the guard, an index of BANDS, NO_BAND without any purchase in it; [size]."""
    rows = policy.churn.guard_days + 1
    lowest = np.where(bought[:rows], to_micro(risk[:rows]), np.inf).min(axis=0)
    band = (lowest >= policy.churn.low_below).astype(np.int64) + (lowest >= policy.churn.medium_below)
    return np.where(np.isinf(lowest), NO_BAND, band)
