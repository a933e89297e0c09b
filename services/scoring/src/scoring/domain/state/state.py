"""What is the smallest mergeable summary of the set of a customer's events?

Source: scoring-model.md section 1. Day buckets (day, kind) -> (n, q_milli), orders, refunds and cancel days; no weight,
no score, no arrival order. Any order, split or union of the same events gives the same state and the same bytes.
Interface: `State()`, `.apply(effects)`, `State.union(states)`, `.encode() -> bytes`, `State.decode(bytes)`,
`.orders_without_rate()`; encoded rows go to `arrays.pack`. The caller keeps events unique by (source, id), as the
ledger does. Example: two visits on day 5 are one bucket (5, visit) -> (2, 0).
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from struct import Struct
from typing import Final

from scoring.domain.state.effects import Cancel, Effect, Order, Refund, Tally
from scoring.domain.state.purchases import (
    NO_SECTION,
    Purchases,
    Section,
    first_order,
    read_section,
    with_orders,
    write_section,
)

# A row: little-endian int64 words. HEADER_WORDS of header, the buckets' keys, their counts, then the money section
# (purchases.py), which stays bytes until an order, a refund or a cancel needs it.
FORMAT: Final = 1
HEADER_WORDS: Final = 8  # format, buckets, worths, purchase days, orders, refunds, cancels, bytes of text
_HEADER: Final = Struct(f"<{HEADER_WORDS}q")
NO_EVENTS: Final = _HEADER.pack(FORMAT, *(0,) * (HEADER_WORDS - 1))
KIND_BITS: Final = 8
KIND_MASK: Final = (1 << KIND_BITS) - 1
COUNT_BITS: Final = 32
FEW: Final = 4  # effects of a first batch that others may have had likewise
COUNT_MASK: Final = (1 << COUNT_BITS) - 1


class State:
    """A bucket is one int to one int, day << 8 | kind -> q_milli << 32 | n, so that counting is one addition.

    Kept as sorted arrays: one more event costs the same after ten years as on the first day.
    """

    __slots__ = ("_bytes", "_counts", "_is_read", "_keys", "_purchases", "_section")

    def __init__(self) -> None:
        self._bytes: bytes | None = NO_EVENTS  # None: to be written from the rest
        self._is_read = False  # the rest is read from the bytes when asked for: most states are never asked
        self._keys: array[int]
        self._counts: array[int]
        self._purchases: Purchases | None  # read from the section when asked for
        self._section: Section | None  # None: to be written from the purchases

    @property
    def buckets(self) -> dict[int, int]:
        """Ascending; for reading."""
        self._read()
        return dict(zip(self._keys, self._counts, strict=True))

    @property
    def purchases(self) -> Purchases:
        """Orders, refunds and cancels; for reading."""
        self._read()
        if self._purchases is None:
            self._purchases = read_section(self._section or NO_SECTION)
        return self._purchases

    def apply(self, found: Iterable[Effect]) -> None:
        """Add the effects of events that were not applied before."""
        found = tuple(found)
        if self._bytes == NO_EVENTS and len(found) <= FEW:
            if {*map(type, found)} == {Tally}:
                self._bytes, self._is_read = _first_row(found), False
                return
            if len(found) == 1 and isinstance(found[0], Order):
                self._bytes, self._is_read = _row((), (), first_order(found[0])), False
                return
        self._add(found)

    def _add(self, found: Iterable[Effect]) -> None:
        self._read()
        self._bytes = None
        more: dict[int, int] = {}
        orders: list[Order] = []
        for effect in found:
            if isinstance(effect, Tally):
                day, kind, q_milli = effect
                key = day << KIND_BITS | kind
                more[key] = more.get(key, 0) + (q_milli << COUNT_BITS) + 1
            elif isinstance(effect, Order):
                orders.append(effect)
            else:
                self._take_money_back(effect)
        for key, count in more.items():
            self._count(key, count)
        if orders:
            self._add_orders(orders)

    def _read(self) -> None:
        if self._is_read:
            return
        row = self._bytes or NO_EVENTS
        _, buckets, *counts = _HEADER.unpack_from(row)
        first = HEADER_WORDS + buckets
        end = first + buckets
        self._keys = array("q", row[HEADER_WORDS << 3 : first << 3])
        self._counts = array("q", row[first << 3 : end << 3])
        self._section, self._purchases = (tuple(counts), row[end << 3 :]), None
        self._is_read = True

    def _count(self, key: int, more: int) -> None:
        keys = self._keys
        at = bisect_left(keys, key)
        if at < len(keys) and keys[at] == key:
            self._counts[at] += more
        else:
            keys.insert(at, key)
            self._counts.insert(at, more)

    def _add_orders(self, orders: list[Order]) -> None:
        if self._purchases is None and self._section is not None:
            longer = with_orders(self._section, orders)
            if longer is not None:
                self._section = longer
                return
        known = self.purchases.orders
        self._section = None
        for order in orders:
            known[order.key] = min(order, known.get(order.key, order))

    def _take_money_back(self, effect: Refund | Cancel) -> None:
        known = self.purchases
        self._section = None
        if isinstance(effect, Refund):
            name = (effect.order_key, effect.key)
            known.refunds[name] = min(effect, known.refunds.get(name, effect))
        else:
            known.cancels[effect.order_key] = min(effect.day, known.cancels.get(effect.order_key, effect.day))

    @classmethod
    def union(cls, states: Iterable["State"]) -> "State":
        """The state of all their events together: a customer read with its aliases."""
        whole = cls()
        whole._add(())
        for state in states:
            for key, count in state.buckets.items():
                whole._count(key, count)
            known = state.purchases
            whole._add(known.orders.values())
            whole._add(known.refunds.values())
            whole._add(Cancel(key, day) for key, day in known.cancels.items())
        return whole

    def until(self, day: int) -> "State":
        """What was known on a day: its events up to then."""
        known = State()
        known._add(())
        for key, count in self.buckets.items():
            if key >> KIND_BITS <= day:
                known._count(key, count)
        orders, refunds, cancels = self.purchases
        known.apply(order for order in orders.values() if order.day <= day)
        known.apply(refund for refund in refunds.values() if refund.day <= day)
        known.apply(Cancel(key, at) for key, at in cancels.items() if at <= day)
        return known

    def orders_without_rate(self) -> list[str]:
        """Keys of orders whose currency had no rate: they count as 0 until a rebuild knows one."""
        orders = self.purchases.orders
        return sorted(key for key, order in orders.items() if order.amount_minor > 0 and order.paid_minor == 0)

    def encode(self) -> bytes:
        """The canonical row: equal states give equal bytes."""
        if self._bytes is None:
            if self._section is None:
                self._section = write_section(self.purchases)
                self._purchases = None
            self._bytes = _row(self._keys, self._counts, self._section)
        return self._bytes

    @classmethod
    def decode(cls, row: bytes) -> "State":
        """Read a row that `encode` wrote."""
        state = cls()
        state._bytes = row
        return state


def _row(keys: "array[int] | tuple[()]", counts: "array[int] | tuple[()]", section: Section) -> bytes:
    numbers, rest = section
    return b"".join((_HEADER.pack(FORMAT, len(keys), *numbers), bytes(keys), bytes(counts), rest))


@lru_cache(maxsize=4096)
def _first_row(found: tuple[Effect, ...]) -> bytes:
    """The row of who did nothing but this. Remembered: most first events are one of few kinds on one of few days."""
    state = State()
    state._add(found)
    return state.encode()
