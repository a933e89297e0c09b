"""Which kinds of goods is the customer drawn to? 品类偏好

Source: checklist.md section 5, step 1. Per category W = D_180 of orders that hold it (1/n each in an order of n
categories) + .1 for each product.viewed of it (data.category, or in properties); share = W / sum of W. At most 10.
Example: an order of tea today and ten views of coffee today: W 1 and 1, share .5 each.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from scoring.domain.policy.read_rule import Positive, Share
from scoring.domain.portrait.past import Deed, Past, fade, micro, names
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of

MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityRule:
    half_life_days: Positive
    view_weight: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryShare:
    """`share` 0 to 1; `last_bought_on` null: looked at, never bought."""

    category: str
    share: float
    orders: int
    views: int
    last_bought_on: date | None
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAffinity:
    """Largest share first; the shares of all categories add up to 1."""

    categories: tuple[CategoryShare, ...]
    n: int


def category_affinity(past: Past, rule: AffinityRule) -> CategoryAffinity | Unknown:
    """The customer's categories; NO_EVENTS when no order and no view tells one."""
    weights: dict[str, list[float]] = {}
    orders: dict[str, list[Deed]] = {}
    views: dict[str, list[Deed]] = {}
    for purchase in past.purchases:
        for each in purchase.categories:
            term = fade(purchase.age, rule.half_life_days) / len(purchase.categories)
            weights.setdefault(each, []).append(term)
            orders.setdefault(each, []).append(purchase.deed)
    for deed in past.of("product.viewed"):
        category = viewed_category(deed)
        if category is not None:
            weights.setdefault(category, []).append(rule.view_weight * fade(deed.age, rule.half_life_days))
            views.setdefault(category, []).append(deed)
    sums = {each: math.fsum(sorted(terms)) for each, terms in weights.items()}
    whole = math.fsum(sorted(sums.values()))
    if not whole:
        return Unknown.NO_EVENTS
    ranked = sorted(sums, key=lambda each: (-sums[each], each))
    return CategoryAffinity(
        categories=tuple(
            CategoryShare(
                category=each,
                share=micro(sums[each] / whole),
                orders=len(orders.get(each, ())),
                views=len(views.get(each, ())),
                last_bought_on=_last(past, orders.get(each, [])),
                events=names([*orders.get(each, ()), *views.get(each, ())]),
            )
            for each in ranked[:MOST]
        ),
        n=sum(map(len, [*orders.values(), *views.values()])),
    )


def viewed_category(deed: Deed) -> str | None:
    """The category that a view tells."""
    inner = deed.data.get("properties")
    told = deed.text("category") or (inner.get("category") if isinstance(inner, Mapping) else None)
    return told if isinstance(told, str) and told else None


def _last(past: Past, deeds: list[Deed]) -> date | None:
    return date_of(past.as_of - min(deed.age for deed in deeds)) if deeds else None
