"""What else may suit the customer, because others who bought the same also bought it? 交叉销售

Source: checklist.md, two-way cross-selling; a simple co-purchase recommender with opt-out. Over the customers of the
base who bought in the window: lift = n_ab N / (n_a n_b), support = n_ab / N. A candidate is a category that goes with
one that the customer bought within 365 d, with lift >= 1.2 and n_ab >= 5, and that they did not buy within 180 d;
of several reasons the largest lift. Nobody who refuses profiling gets candidates.
Example: N 100, tea 40, cups 20, both 16: lift 16 x 100 / (40 x 20) = 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from scoring.domain.policy.read_rule import OneOrMore, Positive, whole
from scoring.domain.portrait.past import Deed, Past, micro, names
from scoring.domain.portrait.unknown import Unknown

MOST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossSellRule:
    window_days: OneOrMore
    bought_within_days: OneOrMore
    not_bought_within_days: OneOrMore
    lift_at_least: Positive
    customers_at_least: OneOrMore
    categories_at_most: Annotated[int, whole(least=2, most=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How many customers of the base bought one category, the other, both, and any; as of a day."""

    one: str
    other: str
    customers: int
    one_customers: int
    other_customers: int
    base_customers: int
    as_of: date

    @property
    def lift(self) -> float:
        return self.customers * self.base_customers / (self.one_customers * self.other_customers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`category` because of `because`, which the customer bought: `customers` bought both, a share `support`."""

    category: str
    because: str
    lift: float
    support: float
    customers: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossSell:
    """Largest lift first; `base_as_of`: the day of the count over the base."""

    candidates: tuple[Candidate, ...]
    base_as_of: date


def bought(past: Past, rule: CrossSellRule) -> dict[str, list[Deed]]:
    """The orders of each category that the customer bought of late, by which candidates are looked for."""
    found: dict[str, list[Deed]] = {}
    for purchase in past.purchases:
        if purchase.age < rule.bought_within_days:
            for each in purchase.categories:
                found.setdefault(each, []).append(purchase.deed)
    return found


def cross_sell(past: Past, pairs: Iterable[Pair], rule: CrossSellRule, *, refused: bool) -> CrossSell | Unknown:
    """The candidates; `pairs` are those of the categories bought, counted no later than the as-of day."""
    own = bought(past, rule)
    if refused:
        return Unknown.REFUSED
    if not own:
        return _no_category(past, rule)
    known = list(pairs)
    if not known:
        return Unknown.NO_BASE
    fresh = {each for one in past.purchases if one.age < rule.not_bought_within_days for each in one.categories}
    best: dict[str, Candidate] = {}
    for pair in known:
        if pair.customers < rule.customers_at_least or pair.lift < rule.lift_at_least:
            continue
        for because, category in ((pair.one, pair.other), (pair.other, pair.one)):
            if because not in own or category in fresh:
                continue
            told = Candidate(
                category=category,
                because=because,
                lift=micro(pair.lift),
                support=micro(pair.customers / pair.base_customers),
                customers=pair.customers,
                events=names(own[because]),
            )
            if category not in best or _rank(told) < _rank(best[category]):
                best[category] = told
    candidates = sorted(best.values(), key=_rank)[:MOST]
    return CrossSell(candidates=tuple(candidates), base_as_of=max(pair.as_of for pair in known))


def _no_category(past: Past, rule: CrossSellRule) -> Unknown:
    """Why no category is known to start from: nothing bought, all of it too long ago, or orders that tell none."""
    if not past.purchases:
        return Unknown.NO_PURCHASE
    lately = any(purchase.age < rule.bought_within_days for purchase in past.purchases)
    return Unknown.NO_EVENTS if lately else Unknown.TOO_FEW


def _rank(one: Candidate) -> tuple[float, float, str, str]:
    return -one.lift, -one.support, one.category, one.because
