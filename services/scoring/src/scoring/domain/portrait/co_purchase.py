"""Which categories do the same customers buy? Counted over the whole base, page by page.

Source: checklist.md, simple co-purchase recommender. Of each customer the categories of their live orders in the
window; a customer counts once for a category and once for a pair. Bounded: of more than 200,000 pairs the rarest half
goes, and in the end the most bought categories stay, as many as the policy says. Refusers of profiling do not count.
Example: {tea, cups} and {tea}: buyers 2, tea 2, cups 1, the pair 1.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import Any, Final

from scoring.domain.portrait.consent import profiling_refused
from scoring.domain.portrait.cross_sell import CrossSellRule, Pair
from scoring.domain.portrait.past import Past

MOST_PAIRS: Final = 200_000
MOST_OF_ONE: Final = 50  # categories of one customer


def bought_categories(past: Past, rule: CrossSellRule) -> list[str]:
    """What the customer counts for, ascending."""
    if profiling_refused(past):
        return []
    return sorted({each for one in past.purchases if one.age < rule.window_days for each in one.categories})


class CoPurchases:
    """The counts so far."""

    def __init__(self, kept: tuple[int, dict[str, int], list[tuple[str, str, int]]] = (0, {}, [])) -> None:
        self._buyers, categories, pairs = kept
        self._categories = Counter(categories)
        self._pairs = Counter({(a, b): n for a, b, n in pairs})

    def kept(self) -> Any:
        """What a next page goes on from, in plain values."""
        return self._buyers, dict(self._categories), [(a, b, n) for (a, b), n in self._pairs.items()]

    def add(self, customers: Iterable[list[str]]) -> None:
        """Count customers by what each bought, ascending."""
        for bought in customers:
            if bought:
                self._buyers += 1
                self._categories.update(bought)
                self._pairs.update(combinations(bought[:MOST_OF_ONE], 2))
        if len(self._pairs) > MOST_PAIRS:
            ranked = sorted(self._pairs.items(), key=lambda each: (-each[1], each[0]))
            self._pairs = Counter(dict(ranked[: MOST_PAIRS // 2]))

    def pairs(self, as_of: date, *, categories_at_most: int) -> list[Pair]:
        """The pairs among the most bought categories."""
        ranked = sorted(self._categories.items(), key=lambda each: (-each[1], each[0]))
        chosen = {name for name, _ in ranked[:categories_at_most]}
        return [
            Pair(
                one=one,
                other=other,
                customers=n,
                one_customers=self._categories[one],
                other_customers=self._categories[other],
                base_customers=self._buyers,
                as_of=as_of,
            )
            for (one, other), n in sorted(self._pairs.items())
            if one in chosen and other in chosen
        ]

    @property
    def buyers(self) -> int:
        return self._buyers
