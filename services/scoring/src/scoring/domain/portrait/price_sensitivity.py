"""Does the customer buy mainly when there is something off? 价格敏感度, for benefits only

Source: checklist.md section 4, price. Share of live orders of 730 d bought with a coupon or benefit: it names the
order (order_id of coupon.redeemed or benefit.redeemed), or was used on the same local day. Tag: high from .6, medium
from .3, else low; known from 3 orders. It may choose who gets a benefit; it never makes a price or a condition worse
(PIPL article 24; engagement's fair-offer guard), so it says so in the answer.
Example: 3 orders, 2 with a coupon: share .666667, high.
"""

from dataclasses import dataclass
from typing import Literal

from scoring.domain.policy.read_rule import OneOrMore, Share
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Past, micro, names
from scoring.domain.portrait.unknown import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    window_days: OneOrMore
    orders_at_least: OneOrMore
    medium_from: Share
    high_from: Share

    def check(self, section: Section) -> None:
        if self.medium_from > self.high_from:
            raise PolicyInvalid(section.path("medium_from"), "must not be above high_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSensitivity:
    """`use` is the only use that is allowed; `share` 0 to 1 of `orders` that had something off."""

    tag: Literal["low", "medium", "high"]
    use: Literal["benefits_only"] = "benefits_only"
    share: float
    orders: int
    n: int
    events: tuple[str, ...]


def price_sensitivity(past: Past, rule: PriceRule) -> PriceSensitivity | Unknown:
    """The tag; NO_PURCHASE, or TOO_FEW orders in the window."""
    orders = [one for one in past.purchases if one.age < rule.window_days]
    if len(orders) < rule.orders_at_least:
        return Unknown.TOO_FEW if past.purchases else Unknown.NO_PURCHASE
    used = past.of("coupon.redeemed", "benefit.redeemed")
    named = {deed.text("order_id") for deed in used} - {None}
    days = {deed.age for deed in used if deed.text("order_id") is None}
    off = [one for one in orders if one.deed.text("order_id") in named or one.age in days]
    share = len(off) / len(orders)
    return PriceSensitivity(
        tag="high" if share >= rule.high_from else "medium" if share >= rule.medium_from else "low",
        share=micro(share),
        orders=len(orders),
        n=len(off),
        events=names(one.deed for one in off),
    )
