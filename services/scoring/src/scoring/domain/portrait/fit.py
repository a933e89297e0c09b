"""Does what we sell fit what the customer needs? 需求和期望匹配

Source: checklist.md, Exchange: fit = repeat, return rate, need tags met. Over 730 d: kept = 1 - returns / orders (at
least 0); repeat = 1 - 2^(-(purchase days - 1)/2); needs = share of stated category preferences (keys of the policy's
list) that were bought. Score = 100 x the mean of the known, weighted .4 .4 .2; kept and repeat known with an order.
Example: 2 purchase days, 2 orders, 1 returned, nothing stated: (.4 x .5 + .4 x .292893)/.8 = 39.644661.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import OneOrMore, Positive, Texts, share, weights_of
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Past, micro, names, saturated, within
from scoring.domain.portrait.preferences import Fact
from scoring.domain.portrait.unknown import Unknown

WEIGHTS: Final = ("kept", "repeat", "needs")


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRule:
    window_days: OneOrMore
    repeat_half_point: Positive
    need_keys: Texts
    weights: Annotated[tuple[float, ...], weights_of(WEIGHTS, share)]

    def check(self, section: Section) -> None:
        if self.weights[0] + self.weights[1] <= 0:
            raise PolicyInvalid(section.path("weights"), "kept or repeat must count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`score` 0 to 100; rates 0 to 1; `needs_met` of `needs` stated ones."""

    score: float
    return_rate: float
    repeat: float
    needs_met: Annotated[float | None, Unknown.NO_EVENTS]
    needs: int
    purchase_days: int
    orders: int
    returns: int
    n: int
    events: tuple[str, ...]


def fit(past: Past, rule: FitRule, facts: Iterable[Fact]) -> Fit | Unknown:
    """The fit of the window; NO_PURCHASE without a live order in it. `facts`: what the customer prefers."""
    orders = [one for one in past.purchases if one.age < rule.window_days]
    if not orders:
        return Unknown.NO_PURCHASE
    returns = within(past.of("return.completed"), rule.window_days)
    days = len({one.age for one in orders})
    return_rate = min(1.0, len(returns) / len(orders))
    repeat = saturated(days - 1, rule.repeat_half_point)
    wanted = {
        str(each)
        for fact in facts
        if fact.source == "stated" and fact.key in rule.need_keys
        for each in (fact.value if isinstance(fact.value, list) else [fact.value])
    }
    bought = {each for one in orders for each in one.categories}
    needs_met = len(wanted & bought) / len(wanted) if wanted else None
    known = [(1.0 - return_rate, rule.weights[0]), (repeat, rule.weights[1])]
    if needs_met is not None:
        known.append((needs_met, rule.weights[2]))
    whole = math.fsum(weight for _, weight in known)
    return Fit(
        score=micro(100.0 * math.fsum(value * weight for value, weight in known) / whole),
        return_rate=micro(return_rate),
        repeat=micro(repeat),
        needs_met=None if needs_met is None else micro(needs_met),
        needs=len(wanted),
        purchase_days=days,
        orders=len(orders),
        returns=len(returns),
        n=len(orders) + len(returns),
        events=names([*(one.deed for one in orders), *returns]),
    )
