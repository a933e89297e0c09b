"""What does the card say already, that questions of the portrait rest on?

Source: scoring-model.md section 3. Shape of the rate of orders, for the interval of the lifetime value: r + C, C the
decayed count of the purchase days after the first, as in churn risk.
Example: of somebody who never bought `idle_days` and `expected` are None.
"""

from typing import NamedTuple

from scoring.domain.columns import Columns
from scoring.domain.policy.policy import TIERS, Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.portrait.past import Past, faded
from scoring.domain.portrait.value import Expected


class CardFigures(NamedTuple):
    """The i-th customer of the columns."""

    columns: Columns
    i: int

    def figure(self, name: str) -> float:
        return float(getattr(self.columns, name)[self.i])

    def known(self, name: str) -> float | None:
        return self.figure(name) if getattr(self.columns, f"{name}_known")[self.i] else None

    @property
    def tier(self) -> str:
        return TIERS[int(self.columns.tier[self.i])]

    @property
    def is_severe(self) -> bool:
        return bool(self.columns.severe[self.i])

    @property
    def is_key_account(self) -> bool:
        return bool(self.columns.key_account[self.i])

    @property
    def idle_days(self) -> int | None:
        return int(self.columns.recency_days[self.i]) if self.columns.bought[self.i] else None

    def expected(self, past: Past, policy: Policy, thresholds: Thresholds) -> Expected | None:
        """What the lifetime value rests on; None without a purchase."""
        if not self.columns.bought[self.i]:
            return None
        days = sorted({one.age for one in past.purchases})
        return Expected(
            clv_minor=int(self.figure("clv_minor")),
            churn_risk=self.figure("churn_risk"),
            yearly_orders=self.figure("clv_yearly_orders"),
            mean_order_minor=self.figure("clv_mean_order_minor"),
            shape=thresholds.churn_r + faded(days[:-1], thresholds.churn_h),
            margin=policy.clv.margin,
            horizon_days=policy.churn.horizon_days,
        )
