"""Which events would have made such customers? Their synthetic states told again as a producer would, one by one.

For the plain Python reading of the model, which knows events and no states. An answer below its limit makes a detractor
here, so the events' own state is judged, not the one that they were told from.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final

from bench.synthetic_states import synthetic_states
from tests.unit.scoring.build import ZONE

from scoring.domain.state.days import date_of
from scoring.domain.state.kinds import KINDS
from scoring.domain.state.replay import Interaction
from scoring.domain.state.state import COUNT_BITS, COUNT_MASK, KIND_BITS, KIND_MASK, State

_TYPES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "visit": ("page.viewed", {}),
    "open": ("message.opened", {}),
    "click": ("message.clicked", {}),
    "cart": ("cart.updated", {}),
    "delivered_ontime": ("order.delivered", {}),
    "delivered_late": ("order.delivered", {"promised_at": "2020-01-01T00:00:00+08:00"}),
    "inbound_msg": ("message.received", {"personal": True}),
    "outbound_msg": ("message.sent", {"personal": True}),
    "meeting": ("meeting.held", {}),
    "store_visit": ("visit.made", {}),
    "coupon": ("coupon.redeemed", {}),
    "community": ("community.joined", {}),
    "share": ("content.shared", {}),
    "complaint": ("complaint.made", {}),
    "resolved": ("complaint.resolved", {}),
    "promise_kept": ("promise.kept", {}),
    "referral": ("referral.made", {}),
}
_ANSWERS: Final = {"csat": ("survey.answered", "csat"), "nps": ("survey.answered", "nps")}
_REVIEW: Final = ("review.posted", "stars")


def reference_customers(number: int, *, as_of: date) -> list[list[Interaction]]:
    """The events of synthetic customers, in no order that matters."""
    rows = [row for page in synthetic_states(number, as_of=as_of) for row in page]
    return [list(_events(State.decode(row))) for row in rows]


def _events(state: State) -> Iterator[Interaction]:
    for key, count in state.buckets.items():
        day, kind, n = key >> KIND_BITS, KINDS[key & KIND_MASK], count & COUNT_MASK
        quality = count >> COUNT_BITS
        for turn in range(n):
            yield Interaction(
                type=_TYPES[kind][0] if kind in _TYPES else _ANSWERS.get(kind, _REVIEW)[0],
                data=_TYPES[kind][1] if kind in _TYPES else _rating(kind, quality // n),
                time=_noon(day),
                source="shop",
                id=f"{kind}-{day}-{turn}",
            )
    for order in state.purchases.orders.values():
        data = {
            "order_id": order.key.removeprefix("order:"),
            "amount_minor": order.amount_minor,
            "currency": order.currency,
        }
        yield Interaction(type="order.completed", data=data, time=_noon(order.day), source="shop", id=order.id)
    for refund in state.purchases.refunds.values():
        data = {"order_id": refund.order_key.removeprefix("order:"), "amount_minor": refund.minor, "currency": "CNY"}
        yield Interaction(type="order.refunded", data=data, time=_noon(refund.day), source="shop", id=refund.id)


def _rating(kind: str, thousandths: int) -> dict[str, Any]:
    asked = _ANSWERS.get(kind, _REVIEW)[1]
    return {"rating": {"kind": asked, "value": thousandths, "min": 0, "max": 1_000}}


def _noon(day: int) -> datetime:
    return datetime.combine(date_of(day), time(12), tzinfo=ZONE)
