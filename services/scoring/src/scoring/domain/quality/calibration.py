"""Which thresholds does the company's own base ask for, and may it be asked at all?

Source: scoring-model.md section 5. From all customers as of a day: cuts of recency, frequency and money in fifths over
who has a purchase day in the RFM window (quantiles.py), CV cuts over positive 12-month net money, m50 the median
decayed net money where positive, m0 the mean order of all history, the key-account cut-off, and h, r, alpha of churn
risk (churn_grid.py). Refused below 500 buyers, 180 days of history, or without an order in the last 30 days.
Example: of buyers with 1, 1, 2, 3 and 9 orders the frequency cuts are 1, 1, 2, 3. 499 buyers: too_few_buyers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from common.errors import Conflict
from scoring.domain.counted import counted
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.quality.calibration_measures import Measures
from scoring.domain.quality.churn_grid import ChurnPoint
from scoring.domain.quality.quantiles import fifths, top_cut_off
from scoring.domain.state.days import NEVER, date_of


class CalibrationRefused(Conflict):
    """The base is too young, too small or asleep: `refusals` says each rule that it breaks. Thresholds stay."""

    code = "calibration_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A rule that the base breaks: what was found, what is needed, and what to do."""

    code: str
    found: str
    needed: str
    what_to_do: str


def refusals(whole: Measures, as_of: int, policy: Policy) -> list[Refusal]:
    """Every rule that speaks against a calibration as of the day."""
    rule, buyers = policy.calibration, len(whole.recency_days)
    history, idle = as_of - whole.first_day, as_of - whole.last_day
    nobody = whole.last_day == NEVER
    found = []
    if buyers < rule.buyers_at_least:
        found.append(
            Refusal(
                code="too_few_buyers",
                found=f"{counted(buyers, 'customer', 'customers')} bought within {policy.rfm_window_days} days",
                needed=f"at least {rule.buyers_at_least}",
                what_to_do="import more of the order history, or wait for more buyers",
            )
        )
    if nobody or history < rule.history_days_at_least:
        found.append(
            Refusal(
                code="too_little_history",
                found="no purchase at all"
                if nobody
                else f"the first purchase is {counted(history, 'day', 'days')} old",
                needed=f"at least {rule.history_days_at_least} days",
                what_to_do="import older orders, or wait",
            )
        )
    if nobody or idle >= rule.order_within_days:
        found.append(
            Refusal(
                code="no_recent_order",
                found="no purchase at all" if nobody else f"the last purchase was {date_of(whole.last_day)}",
                needed=f"a purchase within {rule.order_within_days} days",
                what_to_do="check that orders still arrive (GET /v1/events at ingest), or choose an earlier as_of",
            )
        )
    return found


MADE: Final = "calibrated"


def calibrate(whole: Measures, as_of: int, policy: Policy, *, version: str = MADE) -> Thresholds:
    """The thresholds of the base. Raises CalibrationRefused."""
    broken = refusals(whole, as_of, policy)
    if broken:
        raise CalibrationRefused(_why(broken), refusals=[_as_mapping(each) for each in broken])
    positive = whole.monetary_minor[whole.monetary_minor > 0]
    best = whole.churn.best()
    point = ChurnPoint.of(policy.fixed) if best is None else best[0]
    kept = policy.fixed  # where the base says nothing: all money was refunded, say
    return replace(
        kept,
        version=version,
        recency=fifths(whole.recency_days),
        frequency=fifths(whole.frequency),
        monetary=fifths(whole.monetary_minor),
        value=fifths(positive) if len(positive) else kept.value,
        key_account_minor=top_cut_off(positive, policy.key_account_share) if len(positive) else kept.key_account_minor,
        m50_minor=float(np.median(whole.decayed_minor)) if len(whole.decayed_minor) else kept.m50_minor,
        m0_minor=whole.paid_minor / whole.orders if whole.orders else kept.m0_minor,
        churn_h=point.h,
        churn_r=point.r,
        churn_alpha=point.alpha,
    )


def _why(broken: Sequence[Refusal]) -> str:
    told = "; ".join(f"{each.code}: {each.found}, {each.needed} needed: {each.what_to_do}" for each in broken)
    return f"The base cannot be calibrated, so the thresholds in force stay: {told}."


def _as_mapping(refusal: Refusal) -> dict[str, str]:
    return {name: getattr(refusal, name) for name in ("code", "found", "needed", "what_to_do")}
