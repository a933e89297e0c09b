"""What makes the customer loyal beyond the churn risk? 忠诚度: repeat, tenure, share of wallet, referral

Source: checklist.md section 5, CL; scoring-model.md keeps CL = 100 (1 - risk), these are its evidence. repeat =
purchase days after the first; tenure = days since the first purchase; wallet = net money of the last 180 d over the
customer's best 180 d that end with one of their purchase days (a proxy: nobody tells what goes elsewhere).
Example: 100 a year ago, 50 today: best 100, wallet .5.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from scoring.domain.policy.read_rule import OneOrMore
from scoring.domain.portrait.past import Past, micro, names
from scoring.domain.portrait.unknown import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyRule:
    wallet_window_days: OneOrMore


@dataclass(frozen=True, slots=True, kw_only=True)
class Loyalty:
    """`wallet_proxy` 0 to 1: money of the window now, of the best such window ever."""

    repeat_purchase_days: int
    tenure_days: int
    wallet_proxy: float
    wallet_window_days: int
    referrals_made: int
    n: int
    events: tuple[str, ...]


def loyalty(past: Past, rule: LoyaltyRule) -> Loyalty | Unknown:
    """The evidence on the day; NO_PURCHASE without a live order."""
    if not past.purchases:
        return Unknown.NO_PURCHASE
    days = [past.as_of - one.age for one in past.purchases]
    until = [0, *accumulate(one.net_minor for one in past.purchases)]

    def money(end: int) -> int:
        """Net money of the window that ends with a day."""
        return until[bisect_right(days, end)] - until[bisect_right(days, end - rule.wallet_window_days)]

    best = max(money(day) for day in days)
    return Loyalty(
        repeat_purchase_days=len(set(days)) - 1,
        tenure_days=past.as_of - days[0],
        wallet_proxy=micro(money(past.as_of) / best) if best else 0.0,
        wallet_window_days=rule.wallet_window_days,
        referrals_made=len(past.of("referral.made")),
        n=len(past.purchases),
        events=names(one.deed for one in past.purchases),
    )
