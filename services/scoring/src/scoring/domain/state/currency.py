"""What is an amount worth in the deployment's base currency on a day?

Source: scoring-model.md section 1. Integer minor units; converted half-even by the latest rate dated up to the day.
Without a rate the amount is worth 0: the order is kept, is no purchase and is flagged until a rebuild knows the rate.
Example: base CNY, rates {"EUR": [(day 20000, 7.85)]}: 1000 EUR cents on day 20010 are 7850 fen.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The base currency, and per other currency its rates as (day number, base minor units a minor unit), ascending."""

    base_currency: str
    rates: Mapping[str, Sequence[tuple[int, Fraction]]] = field(default_factory=dict)

    def in_base(self, minor: int, currency: str, day: int) -> int:
        if currency == self.base_currency:
            return minor
        dated = self.rates.get(currency, ())
        known = bisect_right([since for since, _ in dated], day)
        return round(minor * dated[known - 1][1]) if known else 0


def at_same_rate(minor: int, *, of_minor: int, worth_minor: int) -> int:
    """`minor` at the rate that turned `of_minor` into `worth_minor`, half-even."""
    return round(Fraction(minor * worth_minor, of_minor)) if of_minor else 0
