"""What does it cost the customer to buy from us, beside the price? 成本

Source: checklist.md section 4, 4C cost: effort (CES), delivery and return cost per order. Over 365 d: ease = mean CES
answer (0 hard to 1 easy) decayed with h 180; delivery and return cost an order from data or properties
(delivery_minor, shipping_minor; return_cost_minor), where an order or a return tells it; returns and deliveries late,
failed payments and breached tickets per order are steps that should not have been. Effort = 100 (1 - ease).
Example: one CES answer of 6 of 1..7: ease .833333, effort 16.666667.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import OneOrMore, Positive
from scoring.domain.portrait.past import Deed, Past, fade, micro, names, within
from scoring.domain.portrait.unknown import Unknown

DELIVERY: Final = ("delivery_minor", "shipping_minor")
RETURN: Final = ("return_cost_minor", "return_minor")
NEEDLESS: Final = ("delivered_late", "payment_failed", "ticket_breached", "return_quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortRule:
    window_days: OneOrMore
    half_life_days: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """`effort` 0 easy to 100 hard; costs in minor units an order; `needless_steps` of `orders` orders."""

    effort: Annotated[float | None, Unknown.NO_EVENTS]
    answers: int
    delivery_minor_per_order: Annotated[float | None, Unknown.NO_EVENTS]
    return_minor_per_order: Annotated[float | None, Unknown.NO_EVENTS]
    orders: int
    returns: int
    needless_steps: int
    n: int
    events: tuple[str, ...]


def effort(past: Past, rule: EffortRule) -> Effort | Unknown:
    """The customer's whole cost over the window; NO_EVENTS without an order, a return or an answer."""
    answers = [deed for deed in within(past.of_kinds("ces"), rule.window_days) if deed.quality is not None]
    orders = [one.deed for one in past.purchases if one.age < rule.window_days]
    returns = within(past.of("return.completed"), rule.window_days)
    needless = within(past.of_kinds(*NEEDLESS), rule.window_days)
    if not answers and not orders and not returns and not needless:
        return Unknown.NO_EVENTS
    weights = [(fade(deed.age, rule.half_life_days), deed.quality or 0.0) for deed in answers]
    whole = math.fsum(sorted(weight for weight, _ in weights))
    ease = math.fsum(sorted(weight * quality for weight, quality in weights)) / whole if whole else None
    delivered = [*orders, *within(past.of("order.delivered"), rule.window_days)]
    told = [*answers, *returns, *needless] or orders
    return Effort(
        effort=None if ease is None else micro(100.0 * (1.0 - ease)),
        answers=len(answers),
        delivery_minor_per_order=_per_order(delivered, DELIVERY, len(orders)),
        return_minor_per_order=_per_order(returns, RETURN, len(orders)),
        orders=len(orders),
        returns=len(returns),
        needless_steps=len(needless),
        n=len({deed[:3] for deed in told}),
        events=names(told),
    )


def _per_order(deeds: Iterable[Deed], keys: tuple[str, ...], orders: int) -> float | None:
    told = [cost for deed in deeds if (cost := deed.whole(*keys)) is not None]
    return micro(sum(told) / orders) if told and orders else None
