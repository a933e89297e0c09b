"""Which parts of an event's data does scoring look at?

Most of an event (items, properties, identifiers) is only kept. Named here is what effects.py, the shipped policy's
conditions and the facts about ids ask for; where a policy asks for more, the whole data is read.
"""

from typing import Any, Final, TypedDict


class Facts(TypedDict, total=False):
    """`Any`: what a fact must be is for those to say who use it."""

    order_id: Any
    refund_id: Any
    amount_minor: Any
    currency: Any
    promised_at: Any
    rating: Any
    personal: Any
    answered: Any
    staff_id: Any
    sla_breached: Any
    reason: Any
    resolution: Any
    within_clock: Any
    first_verdict: Any
    promise_kept: Any
    alias: Any
    customer: Any
    aliases: Any
    request_id: Any
    kind: Any
    merge_id: Any


FACTS: Final = frozenset(Facts.__annotations__)
OF_DELIVERY: Final = frozenset({"on_time", "promised"})
"""Told by comparing, not by data."""
