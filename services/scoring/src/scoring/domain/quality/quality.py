"""How well did the judgements of a past day foretell what customers did after it?

Source: scoring-model.md section 5, quality run: a backtest by time split on the company's own data (backtest.py). AUC
of churn risk beside recency, frequency (purchase days ever), 12-month money and R + F + M; Brier and calibration error
by decile; the share of the future spend that the top 20 % by value hold; P(buy) by segment; drift (drift.py).
Example: CDNOW as of 1997-09-30, 273 days: AUC of churn risk .782, of recency .771.
"""

from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from scoring.domain.churn import BANDS
from scoring.domain.decay import Floats
from scoring.domain.policy.policy import SEGMENTS, Policy
from scoring.domain.quality.backtest import Outcomes
from scoring.domain.quality.drift import Drift, drift
from scoring.domain.quality.ranking import Values, auc, brier, brier_by_decile, deciles, lorenz, top_share

DECIMALS: Final = 6


class Beside(NamedTuple):
    """Another model's figures of the same customers: what ranks them, and the chance to leave."""

    values: Floats
    leaving: Floats


def judge(found: Outcomes, policy: Policy, beside: Mapping[str, Beside] | None = None) -> dict[str, Any]:
    """The figures of GET /v1/quality, from 0 to 1 where they are shares; None where there is nothing to tell."""
    more = beside or {}
    rankings: dict[str, Values] = {
        "churn_risk": -found.risk,
        "recency": -found.recency_days,
        "frequency": found.purchase_days,
        "monetary": found.monetary_minor,
        "rfm_sum": found.rfm_sum,
        **{name: model.values for name, model in more.items()},
    }
    by_value: dict[str, Values] = {"clv": found.clv_minor, **rankings}
    bought, n = found.bought, len(found.bought)
    rate = float(bought.mean()) if n else 0.0
    leaving = {"churn_risk": found.leaving, **{name: model.leaving for name, model in more.items()}}
    chances = {name: brier(chance, ~bought) for name, chance in leaving.items()} if n else {}
    tenths = _tenths(found)
    gaps = [(row["customers"], abs(row["predicted"] - row["observed"])) for row in tenths]
    by_segment = _by_segment(found)
    shares = [row["share"] for row in reversed(by_segment) if row["customers"]]
    drifts = _drifts(found, policy)
    answer: dict[str, Any] = _rounded(
        {
            "customers": n,
            "bought": int(bought.sum()),
            "share": rate,
            "auc": {name: auc(values, bought) for name, values in rankings.items()},
            "brier": {**chances, "base_rate": rate * (1.0 - rate)} if n else {},
            "brier_by_decile": {name: brier_by_decile(values, bought) for name, values in rankings.items()}
            if n
            else {},
            "calibration_error": sum(size * gap for size, gap in gaps) / n if n else None,
            "largest_calibration_error": max((gap for _, gap in gaps), default=None),
            "deciles": tenths,
            "top_share": policy.quality.top_share,
            "future_minor": int(found.future_minor.sum()),
            "spend_of_top": {
                name: top_share(values, found.future_minor, policy.quality.top_share) if n else None
                for name, values in {**by_value, "perfect": found.future_minor}.items()
            },
            "lorenz": {
                name: lorenz(values, found.future_minor)
                for name, values in {**by_value, "perfect": found.future_minor}.items()
            }
            if n
            else {},
            "segments": by_segment,
            "segments_ordered": all(low < high for low, high in pairwise(shares)) if len(shares) > 1 else None,
            "drift": {"alarm": any(each.alarm for each in drifts), "groups": [_as_mapping(each) for each in drifts]},
        }
    )
    return answer


def _tenths(found: Outcomes) -> list[dict[str, Any]]:
    """Calibration and lift by tenth, from the least to the most likely to leave."""
    if not len(found.bought):
        return []
    rate, spend = float(found.bought.mean()), max(int(found.future_minor.sum()), 1)
    rows = []
    for number, tenth in enumerate(deciles(-found.leaving, found.leaving, found.bought, found.future_minor), start=1):
        leaving, bought, minor = tenth.sums
        share = bought / tenth.customers
        rows.append(
            {
                "decile": number,
                "customers": tenth.customers,
                "predicted": leaving / tenth.customers,
                "observed": 1.0 - share,
                "bought": share,
                "lift": share / rate if rate else None,
                "spend_share": minor / spend,
            }
        )
    return rows


def _by_segment(found: Outcomes) -> list[dict[str, Any]]:
    """Who bought, from the highest segment; those who had never bought are in none."""
    customers = np.bincount(found.segment, minlength=len(SEGMENTS)).tolist()
    bought = np.bincount(found.segment[found.bought], minlength=len(SEGMENTS)).tolist()
    return [
        {
            "segment": SEGMENTS[number],
            "customers": customers[number],
            "bought": bought[number],
            "share": bought[number] / customers[number] if customers[number] else None,
        }
        for number in reversed(range(len(SEGMENTS)))
    ]


def _drifts(found: Outcomes, policy: Policy) -> list[Drift]:
    rule = policy.quality.drift
    healthy = {
        "churn_band_low": found.band == BANDS.index("low"),
        "health_high": found.health >= rule.health_at_least,
    }
    return [drift(name, found.leaving[inside], ~found.bought[inside], rule) for name, inside in healthy.items()]


def _as_mapping(found: Drift) -> dict[str, Any]:
    return {each.name: getattr(found, each.name) for each in fields(found)}


def _rounded(value: Any) -> Any:
    """The same with every float to six decimals, for an answer that people read too."""
    match value:
        case float():
            return round(value, DECIMALS)
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list():
            return [_rounded(each) for each in value]
    return value
