"""Which rules of a policy say when a base may be calibrated, and when a backtest raises an alarm?

Source: scoring-model.md section 5 and the policy's `key_account`, `calibration`, `quality`; read like policy_rules.py.
Example: `calibration: {buyers_at_least: 500, history_days_at_least: 180, order_within_days: 30}`.
"""

from dataclasses import dataclass

from scoring.domain.policy.reading import PolicyInvalid, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRule:
    """What a base must have before its own cuts replace the policy's; `top_share`: of customers, key accounts."""

    top_share: float
    buyers_at_least: int
    history_days_at_least: int
    order_within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRule:
    """A healthy group drifts when it is large enough and its churn exceeds the predicted by so much in both senses.

    Healthy: churn band low, or health at least this. `excess_at_least`: as a share of the group; `sigmas_at_least`:
    in standard deviations of the predicted share.
    """

    health_at_least: float
    customers_at_least: int
    excess_at_least: float
    sigmas_at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """`top_share`: whose share of the future spend is told."""

    top_share: float
    drift: DriftRule


def read_calibration(key_account: Section, section: Section) -> CalibrationRule:
    rule = CalibrationRule(
        top_share=_share(key_account, "top_share"),
        buyers_at_least=section.whole("buyers_at_least", least=1),
        history_days_at_least=section.whole("history_days_at_least", least=1),
        order_within_days=section.whole("order_within_days", least=1),
    )
    for each in (key_account, section):
        each.finish()
    return rule


def read_quality(section: Section) -> QualityRule:
    drift = section.section("drift")
    rule = QualityRule(
        top_share=_share(section, "top_share"),
        drift=DriftRule(
            health_at_least=drift.number("health_at_least", most=100),
            customers_at_least=drift.whole("customers_at_least", least=1),
            excess_at_least=drift.number("excess_at_least", most=1),
            sigmas_at_least=drift.positive("sigmas_at_least"),
        ),
    )
    for each in (section, drift):
        each.finish()
    return rule


def _share(section: Section, key: str) -> float:
    share = section.number(key, most=1)
    if share <= 0:
        raise PolicyInvalid(section.path(key), "must be above 0")
    return share
