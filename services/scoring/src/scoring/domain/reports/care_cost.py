"""What does it cost to win a customer, and what to keep one? 获取成本

Source: checklist.md section 5, cost of loyal vs new. Cost of a customer = what the company gave in the balance's window
of 365 d (balance.py: benefits at cost, solved problems, personal contacts, kept promises at the policy's worth).
Acquired: first live order in the window; retained: an older first order and one in the window. Cost per acquired =
(cost of the acquired + cost of those who never bought)/acquired; per retained = their cost/retained.
Example: 2 acquired who cost 300 together, one prospect who cost 100: 200 an acquired customer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from scoring.domain.portrait.balance import BalanceRule, balance
from scoring.domain.portrait.past import Past, micro
from scoring.domain.portrait.unknown import Unknown

GROUPS: Final = ("acquired", "prospect", "retained", "silent")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCost:
    customers: int
    cost_minor: int
    margin_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareCostReport:
    """Minor units a customer; null where there is none. `ratio`: an acquired customer costs so many retained ones."""

    window_days: int
    per_acquired_minor: float | None
    per_retained_minor: float | None
    ratio: float | None
    acquired: GroupCost
    prospect: GroupCost
    retained: GroupCost
    silent: GroupCost


class CareCost:
    """The sums so far."""

    def __init__(self, kept: dict[str, list[int]] | None = None) -> None:
        self._sums = {name: list((kept or {}).get(name, [0, 0, 0])) for name in GROUPS}

    def kept(self) -> Any:
        """What a next page goes on from, in plain values."""
        return self._sums

    def add(self, pasts: Iterable[Past], rule: BalanceRule, *, margin: float, currency: str) -> None:
        """Count customers by their pasts."""
        for past in pasts:
            told = balance(past, rule, margin=margin, referral_minor=0, currency=currency)
            cost = 0 if isinstance(told, Unknown) else told.company_gave_minor
            net = sum(one.net_minor for one in past.purchases if one.age < rule.window_days)
            sums = self._sums[_group(past, rule)]
            sums[0] += 1
            sums[1] += cost
            sums[2] += round(net * margin)

    def report(self, rule: BalanceRule) -> CareCostReport:
        """The report of everybody who was counted."""
        acquired, prospect, retained, silent = (
            GroupCost(customers=n, cost_minor=cost, margin_minor=won)
            for n, cost, won in (self._sums[name] for name in GROUPS)
        )
        to_win = _each(acquired.cost_minor + prospect.cost_minor, acquired.customers)
        to_keep = _each(retained.cost_minor, retained.customers)
        return CareCostReport(
            window_days=rule.window_days,
            per_acquired_minor=to_win,
            per_retained_minor=to_keep,
            ratio=micro(to_win / to_keep) if to_win is not None and to_keep else None,
            acquired=acquired,
            prospect=prospect,
            retained=retained,
            silent=silent,
        )


def _each(cost: int, customers: int) -> float | None:
    return micro(cost / customers) if customers else None


def _group(past: Past, rule: BalanceRule) -> str:
    ages = [one.age for one in past.purchases]
    if not ages:
        return "prospect"
    if max(ages) < rule.window_days:
        return "acquired"
    return "retained" if min(ages) < rule.window_days else "silent"
