"""How likely is it that the customer does not buy again within the horizon?

Source: scoring-model.md section 3, Churn risk. Gamma-Poisson on decayed repeats: f first purchase day, T = as_of - f,
E = max((h/ln 2)(1 - 2^(-T/h)), days since the last purchase), C = D_h of purchase days strictly after f;
risk = ((alpha + E)/(alpha + E + H))^(r + C), null without a purchase. Band: low < 0.4, medium < 0.7, else high; the
shown band is the lowest of the last 14 days.
Example: one purchase today, h 90, H 90, r 0.5, alpha 60: (60/150)^0.5 = 0.632456, medium.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.domain.decay import Facts, Flags, Floats, Ints, faded, to_micro
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds

BANDS: Final = ("low", "medium", "high")
NO_BAND: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buying:
    """Exposure E in days and decayed repeats C on each day of some rows, where bought; what risk and CLV rest on."""

    exposure: Floats
    repeats: Floats


def buying(purchases: Facts, first: Ints, last: Ints, rows: int, thresholds: Thresholds) -> Buying:
    """E and C on the first `rows` days of the grid, [rows, size]; 0 and more where nothing is bought yet."""
    days, h = purchases.grid.days[:rows], thresholds.churn_h
    bought = first[:rows] <= days
    tenure, idle = (np.where(bought, days - day[:rows], 0) for day in (first, last))
    first_faded = faded(tenure, h)
    return Buying(
        exposure=np.maximum((h / math.log(2)) * (1.0 - first_faded), idle),
        repeats=np.maximum(purchases.decayed(h)[:rows] - first_faded, 0.0),
    )


def churn_risk(found: Buying, bought: Flags, policy: Policy, thresholds: Thresholds) -> Floats:
    """Churn risk 0-1 on the days of `found`; infinite where nothing is bought yet."""
    seen = thresholds.churn_alpha + found.exposure
    risk = np.exp((thresholds.churn_r + found.repeats) * np.log(seen / (seen + policy.churn.horizon_days)))
    return np.where(bought, risk, np.inf)


def shown_band(risk: Floats, policy: Policy) -> Ints:
    """The band of the lowest risk of the guard, an index of BANDS, NO_BAND without any purchase in it; [size]."""
    lowest = to_micro(risk.min(axis=0))
    band = (lowest >= policy.churn.low_below).astype(np.int64) + (lowest >= policy.churn.medium_below)
    return np.where(np.isinf(lowest), NO_BAND, band)
