"""How many new customers come by recommendation, and who brings them? 口碑营销

Source: checklist.md section 2, word of mouth lowers cost. Over 365 d: referral share = converted referrals (each
referred customer once a referrer) / new customers (first live order in the window), at most 1. Advocates as in
referral.py, those with the most converted, then the most made, then the smallest id; 100 are kept.
Example: 8 new customers, 2 converted referrals: share .25.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any, Final

from scoring.domain.portrait.past import Past, micro
from scoring.domain.portrait.referral import ReferralRule, each_once, referral_value
from scoring.domain.portrait.unknown import Unknown

MOST_ADVOCATES: Final = 100
WINDOW_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Advocate:
    """`value_minor`: converted referrals at a mean order's margin."""

    customer: str
    converted: int
    made: int
    value_minor: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOfMouthReport:
    """`referral_share` null: nobody is new. `advocates`: how many there are, `best` the first of them."""

    window_days: int
    new_customers: int
    converted_referrals: int
    referral_share: float | None
    referrers: int
    advocates: int
    best: tuple[Advocate, ...]


class WordOfMouth:
    """The counts so far."""

    def __init__(self, kept: tuple[int, int, int, int, list[list[Any]]] = (0, 0, 0, 0, [])) -> None:
        self._new, self._converted, self._referrers, self._advocates, rows = kept
        self._best = [_advocate(row) for row in rows]

    def kept(self) -> Any:
        """What a next page goes on from, in plain values."""
        rows = [[one.customer, one.converted, one.made, one.value_minor, one.events] for one in self._best]
        return self._new, self._converted, self._referrers, self._advocates, rows

    def add(self, customers: Iterable[tuple[str, Past]], rule: ReferralRule, *, m0_minor: float, margin: float) -> None:
        """Count customers by their pasts."""
        for customer, past in customers:
            first = max((one.age for one in past.purchases), default=WINDOW_DAYS)
            self._new += first < WINDOW_DAYS
            self._converted += len(each_once(deed for deed in past.of("referral.converted") if deed.age < WINDOW_DAYS))
            told = referral_value(past, rule, {}, m0_minor=m0_minor, margin=margin)
            if isinstance(told, Unknown):
                continue
            self._referrers += 1
            if told.is_advocate:
                self._advocates += 1
                row = [customer, told.converted, told.made, told.value_minor, told.events]
                self._best.append(_advocate(row))
        self._best = nsmallest(MOST_ADVOCATES, self._best, key=_rank)

    def report(self) -> WordOfMouthReport:
        """The report of everybody who was counted."""
        return WordOfMouthReport(
            window_days=WINDOW_DAYS,
            new_customers=self._new,
            converted_referrals=self._converted,
            referral_share=micro(min(1.0, self._converted / self._new)) if self._new else None,
            referrers=self._referrers,
            advocates=self._advocates,
            best=tuple(self._best),
        )


def _advocate(row: list[Any]) -> Advocate:
    customer, converted, made, value, events = row
    return Advocate(customer=customer, converted=converted, made=made, value_minor=value, events=tuple(events))


def _rank(one: Advocate) -> tuple[int, int, str]:
    return -one.converted, -one.made, one.customer
