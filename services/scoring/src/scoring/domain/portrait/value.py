"""How sure is the lifetime value, how much of it is at risk, and what comes soon? CLV区间, 风险价值

Source: checklist.md section 2; scoring-model.md, CLV and churn risk. The rate of orders is Gamma with shape r + C and
rate alpha + E; its quantiles at 10 and 90 % (Wilson-Hilferty: k (1 - 1/(9k) + z/(3 sqrt k))^3, never below 0) in place
of its mean give low and high of the interval. At risk = CLV x churn risk. Short term: expected orders in the churn
horizon x mean order x margin.
Example: CLV 8700 of shape .5: low 8700 x .5 (1 - .222222 - .604123)^3/.5 = 46, high 8700 x 1.381901^3 = 22959.
"""

import math
from dataclasses import dataclass
from typing import Final

from scoring.domain.policy.read_rule import Positive, Share
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Past, micro, names
from scoring.domain.portrait.unknown import Unknown

DAYS_A_YEAR: Final = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule:
    """`z` of the interval: 1.281552 is 80 %."""

    level: Share
    z: Positive

    def check(self, section: Section) -> None:
        if abs(math.erf(self.z / math.sqrt(2)) - self.level) > 1e-3:
            raise PolicyInvalid(section.path("z"), "must be the normal quantile of level: 1.281552 for 0.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the card says: yearly orders and their mean amount, churn risk; `shape` r + C of the rate of orders."""

    clv_minor: int
    churn_risk: float
    yearly_orders: float
    mean_order_minor: float
    shape: float
    margin: float
    horizon_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Minor units; the interval holds the value with probability `level`."""

    clv_minor: int
    clv_low_minor: int
    clv_high_minor: int
    level: float
    at_risk_minor: int
    short_term_minor: int
    short_term_days: int
    expected_orders: float
    n: int
    events: tuple[str, ...]


def value(past: Past, rule: ValueRule, expected: Expected | None) -> Value | Unknown:
    """The interval around the card's CLV; NO_PURCHASE without one."""
    if expected is None:
        return Unknown.NO_PURCHASE
    low, high = (gamma_quantile(expected.shape, z) / expected.shape for z in (-rule.z, rule.z))
    soon = expected.yearly_orders * expected.horizon_days / DAYS_A_YEAR
    return Value(
        clv_minor=expected.clv_minor,
        clv_low_minor=round(expected.clv_minor * low),
        clv_high_minor=round(expected.clv_minor * high),
        level=rule.level,
        at_risk_minor=round(expected.clv_minor * expected.churn_risk),
        short_term_minor=round(soon * expected.mean_order_minor * expected.margin),
        short_term_days=round(expected.horizon_days),
        expected_orders=micro(soon),
        n=len(past.purchases),
        events=names(one.deed for one in past.purchases),
    )


def gamma_quantile(shape: float, z: float) -> float:
    """Wilson and Hilferty's quantile of a Gamma of rate 1, at the normal quantile z."""
    return float(shape * max(0.0, 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))) ** 3)
