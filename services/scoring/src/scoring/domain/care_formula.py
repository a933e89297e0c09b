"""How well is the customer cared for, and whom should we call first? 客户关怀公式

Source: scoring-model.md section 3, Care formula and Care priority. Health is the weighted mean of the known of CS
satisfaction, CL loyalty, CV value, CE experience, CF feedback (.25 .25 .20 .20 .10); CS, CE are thin (known_mean.py).
CS = shrunk mean of csat and nps; CL = 100 (1 - risk); CV by frozen cuts; CE = Experience;
CF = 100 (.5 + I)/(1 + O), I = D_90 closed in time, O = D_90 (closed + missed). Without a purchase there is no health.
Priority = CV (100 - health)/100, while severe 50 + CV/2.
Example: CL 36.754447 and CV 8 alone: (.25 x 36.754447 + .20 x 8)/.45 = 23.974693, coverage .45;
priority 8 x .76025307 = 6.082025.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.domain.decay import TIE, Flags, Floats, Grid, Ints, counted, sat
from scoring.domain.experience import Mean, mean_over_kinds
from scoring.domain.known_mean import enter_thin
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Cuts, Thresholds
from scoring.domain.state.arrays import Buckets
from scoring.domain.state.kinds import KIND_ID, KINDS

SATISFACTION: Final = (KIND_ID["csat"], KIND_ID["nps"])
CLOSED: Final = KIND_ID["feedback_closed"]
MISSED: Final = KIND_ID["feedback_missed"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Care:
    """0-100 each, coverage 0-1, all [size]; CL, CV and health mean something where bought.

    `weights`: of each part of CARE_PARTS, as counted.
    """

    cs: Mean
    cl: Floats
    cv: Floats
    cf: Floats
    cf_known: Flags
    cf_ever: Flags
    health: Floats
    coverage: Floats
    weights: tuple[Floats, ...]
    priority: Floats
    priority_known: Flags


def care(
    grid: Grid,
    buckets: Buckets,
    *,
    experience: Mean,
    risk: Floats,
    monetary_minor: Ints,
    bought: Flags,
    severe: Flags,
    policy: Policy,
    thresholds: Thresholds,
) -> Care:
    """The care formula on the as-of day; `experience` is that day's, [1, size]."""
    rule, today = policy.care, grid.today
    cs, ce = satisfaction(today, buckets, policy), experience
    closed = counted(today, buckets, (CLOSED,)).decayed(rule.cf_half_life_days)[0]
    due = closed + counted(today, buckets, (MISSED,)).decayed(rule.cf_half_life_days)[0]
    cf, cf_known = 100.0 * (0.5 + closed) / (1.0 + due), due >= rule.cf_known_from - TIE
    cl = 100.0 * (1.0 - np.where(bought, risk, 1.0))
    cv = np.where(bought, value_percentile(monetary_minor, thresholds.value), 0.0)
    full = rule.weights
    by_cf = full[4] * cf_known
    total = full[1] + full[2] + by_cf
    mean = (full[1] * cl + full[2] * cv + by_cf * cf) / total
    by_cs, by_ce = (
        np.where(part.known[0], weight * np.minimum(1.0, part.weight[0]), 0.0)
        for part, weight in ((cs, full[0]), (ce, full[3]))
    )
    mean, by_cs, by_ce = enter_thin(mean, total, (cs.score[0], by_cs), (ce.score[0], by_ce), policy)
    known_parts = full[0] * cs.known[0] + full[3] * ce.known[0] + by_cf
    return Care(
        cs=cs,
        cl=cl,
        cv=cv,
        cf=cf,
        cf_known=cf_known,
        cf_ever=due > 0,
        health=mean,
        coverage=np.where(bought, full[1] + full[2], 0.0) + known_parts,
        weights=(by_cs, np.full_like(mean, full[1]), np.full_like(mean, full[2]), by_ce, by_cf),
        priority=np.where(severe, 50.0 + cv / 2.0, cv * (100.0 - mean) / 100.0),
        priority_known=bought | severe,
    )


def satisfaction(grid: Grid, buckets: Buckets, policy: Policy) -> Mean:
    """CS: the shrunk mean over csat and nps answers."""
    return mean_over_kinds(grid, buckets, *satisfaction_table(), policy.care.cs)


def satisfaction_table() -> tuple[Floats, Floats]:
    """Weight and quality of each kind in CS; quality NaN: from the answer."""
    weights = np.zeros(len(KINDS))
    weights[list(SATISFACTION)] = 1.0
    return weights, np.full(len(KINDS), np.nan)


def value_percentile(monetary_minor: Ints, cuts: Cuts) -> Floats:
    """CV: piecewise linear over the cuts, 20 points each, above the last 80 + 20 sat(x - c4, c4); below 0 counts as 0.

    Of equal cuts the upper one counts.
    """
    money = np.maximum(monetary_minor.astype(np.float64), 0.0)
    edges = np.array([0.0, *cuts])
    passed = np.searchsorted(edges, money, side="right") - 1
    low = np.minimum(passed, 3)
    width = np.where(passed < 4, np.diff(edges)[low], 1.0)
    inside = 20.0 * (low + (money - edges[low]) / width)
    return np.where(passed < 4, inside, 80.0 + 20.0 * sat(money - cuts[3], max(cuts[3], 1.0)))
