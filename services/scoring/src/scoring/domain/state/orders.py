"""What was an order worth on which days, and which days were purchase days?

Source: scoring-model.md section 1. Everything that as-of needs is said once as intervals of as-of days:
a worth `(day, since, until, net)` counts `net` on `day` for as-of days since <= a < until; a purchase day
`(day, until)` is one for day <= a < until. Live orders only; a refund of an order that is not known (yet) is negative
money on its own day.
Example: 100 paid on day 5, 40 refunded on day 9, cancelled on day 12: worths (5, 5, 9, 100), (5, 9, 12, 60);
purchase day (5, 12).
"""

from collections.abc import Iterable, Mapping, Sequence

from scoring.domain.state.currency import at_same_rate
from scoring.domain.state.days import FOREVER, NEVER
from scoring.domain.state.effects import Order, Refund

Worth = tuple[int, int, int, int]
PurchaseDay = tuple[int, int]


def worths(
    orders: Iterable[Order], refunds: Iterable[Refund], cancels: Mapping[str, int]
) -> tuple[list[Worth], list[PurchaseDay]]:
    """Both interval lists, sorted."""
    by_order: dict[str, list[Refund]] = {}
    for refund in refunds:
        by_order.setdefault(refund.order_key, []).append(refund)
    found: list[Worth] = []
    until_by_day: dict[int, int] = {}
    plain = not (by_order or cancels)
    for order in orders:
        _, _, _, key, day, paid, _, _ = order
        if plain or not (key in by_order or key in cancels):
            if paid > 0:
                found.append((day, day, FOREVER, paid))
                until_by_day[day] = FOREVER
            continue
        of_order, cancelled = by_order.pop(key, []), cancels.get(key, FOREVER)
        pieces = _pieces(order, of_order, cancelled)
        found.extend(pieces)
        found.extend((r.day, r.day, day, -r.base_minor) for r in of_order if r.day < day)
        if pieces:
            until_by_day[day] = max(until_by_day.get(day, NEVER), pieces[-1][2])
    for waiting in by_order.values():
        found.extend((refund.day, refund.day, FOREVER, -refund.base_minor) for refund in waiting)
    found.sort()
    return found, sorted(until_by_day.items())


def _pieces(order: Order, refunds: Sequence[Refund], cancelled: int) -> list[Worth]:
    pieces: list[Worth] = []
    since, left = order.day, order.paid_minor
    for refund in sorted(refunds, key=lambda each: each.day):
        end = min(refund.day, cancelled)
        if left > 0 and end > since:
            pieces.append((order.day, since, end, left))
        since = max(since, refund.day)
        left -= _worth(refund, order)
    if left > 0 and cancelled > since:
        pieces.append((order.day, since, cancelled, left))
    return pieces


def _worth(refund: Refund, order: Order) -> int:
    if refund.currency != order.currency or order.amount_minor == order.paid_minor:
        return refund.base_minor
    return at_same_rate(refund.minor, of_minor=order.amount_minor, worth_minor=order.paid_minor)
