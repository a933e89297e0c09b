"""What is the smallest mergeable summary of the set of a customer's events?

Source: scoring-model.md section 1. Day buckets (day, kind) -> (n, q_milli), orders, refunds and cancel days; no weight,
no score, no arrival order. Any order, split or union of the same events gives the same state and the same bytes.
Interface: `State()`, `.apply(effects)`, `State.union(states)`, `.encode() -> bytes`, `State.decode(bytes)`,
`.orders_without_rate()`; encoded rows go to `arrays.pack`. The caller keeps events unique by (source, id), as the
ledger does.
Example: two visits on day 5 are one bucket (5, visit) -> (2, 0).
"""

import sys
from array import array
from collections.abc import Iterable
from typing import Final

from scoring.domain.effects import Cancel, Effect, Order, Refund, Tally
from scoring.domain.orders import worths

# A row: HEADER_WORDS int64 words, the int64 columns below one after the other, then texts, NUL between, padded to 8.
FORMAT: Final = 1
HEADER_WORDS: Final = 8  # format, buckets, worths, purchase days, orders, refunds, cancels, bytes of text
KIND_BITS: Final = 8
KIND_MASK: Final = (1 << KIND_BITS) - 1
COUNT_BITS: Final = 32
COUNT_MASK: Final = (1 << COUNT_BITS) - 1


class State:
    """A bucket is one int to one int, day << 8 | kind -> q_milli << 32 | n, so that counting is one addition."""

    __slots__ = ("_bytes", "buckets", "cancels", "orders", "refunds")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.orders: dict[str, Order] = {}
        self.refunds: dict[tuple[str, str], Refund] = {}
        self.cancels: dict[str, int] = {}
        self._bytes: bytes | None = None

    def apply(self, found: Iterable[Effect]) -> None:
        """Add the effects of events that were not applied before."""
        self._bytes = None
        for effect in found:
            if isinstance(effect, Tally):
                key = effect.day << KIND_BITS | effect.kind
                self.buckets[key] = self.buckets.get(key, 0) + (effect.q_milli << COUNT_BITS) + 1
            elif isinstance(effect, Order):
                known = self.orders.get(effect.key)
                self.orders[effect.key] = effect if known is None else min(known, effect)
            elif isinstance(effect, Refund):
                name = (effect.order_key, effect.key)
                told = self.refunds.get(name)
                self.refunds[name] = effect if told is None else min(told, effect)
            else:
                day = self.cancels.get(effect.order_key)
                self.cancels[effect.order_key] = effect.day if day is None else min(day, effect.day)

    @classmethod
    def union(cls, states: Iterable["State"]) -> "State":
        """The state of all their events together: a customer read with its aliases."""
        whole = cls()
        for state in states:
            for key, count in state.buckets.items():
                whole.buckets[key] = whole.buckets.get(key, 0) + count
            whole.apply(state.orders.values())
            whole.apply(state.refunds.values())
            whole.apply(Cancel(key, day) for key, day in state.cancels.items())
        return whole

    def orders_without_rate(self) -> list[str]:
        """Keys of orders whose currency had no rate: they count as 0 until a rebuild knows one."""
        return sorted(key for key, order in self.orders.items() if order.amount_minor > 0 and order.paid_minor == 0)

    def encode(self) -> bytes:
        """The canonical row: equal states give equal bytes."""
        if self._bytes is None:
            self._bytes = self._encoded()
        return self._bytes

    def _encoded(self) -> bytes:
        buckets = self.buckets
        keys = sorted(buckets)
        counts = [buckets[key] for key in keys]
        if not (self.orders or self.refunds or self.cancels):
            return _row([FORMAT, len(keys), 0, 0, 0, 0, 0, 0, *keys, *counts], b"")
        orders = [self.orders[key] for key in sorted(self.orders)]
        refunds = [self.refunds[name] for name in sorted(self.refunds)] if self.refunds else []
        cancels = sorted(self.cancels.items()) if self.cancels else []
        worth, days = worths(self.orders, refunds, self.cancels)
        text = _texts(orders, refunds, cancels)
        words = [
            FORMAT,
            len(keys),
            len(worth),
            len(days),
            len(orders),
            len(refunds),
            len(cancels),
            len(text),
            *keys,
            *counts,
        ]
        for rows in (worth, days):
            for column in zip(*rows, strict=True):
                words += column
        for order in orders:
            words += (order.time_us, order.day, order.paid_minor, order.amount_minor)
        for refund in refunds:
            words += (refund.time_us, refund.day, refund.base_minor, refund.minor)
        words += [day for _, day in cancels]
        return _row(words, text)

    @classmethod
    def decode(cls, row: bytes) -> "State":
        """Read a row that `encode` wrote."""
        state = cls()
        whole = len(row) >> 3
        words = array("q")
        words.frombytes(row[: whole << 3])
        if sys.byteorder == "big":
            words.byteswap()
        _, buckets, worth, days, orders, refunds, cancels, text_bytes = words[:HEADER_WORDS]
        start = HEADER_WORDS
        state.buckets = dict(
            zip(words[start : start + buckets], words[start + buckets : start + 2 * buckets], strict=True)
        )
        start += 2 * buckets + 4 * worth + 2 * days
        if text_bytes:
            rest = words[start : start + 4 * orders + 4 * refunds + cancels].tolist()
            at = (start + len(rest)) << 3
            state._read_texts(rest, row[at : at + text_bytes].decode().split("\x00"), orders, refunds)
        state._bytes = row
        return state

    def _read_texts(self, words: list[int], texts: list[str], orders: int, refunds: int) -> None:
        for number in range(orders):
            key, source, event, currency = texts[4 * number : 4 * number + 4]
            time_us, day, paid, amount = words[4 * number : 4 * number + 4]
            self.orders[key] = Order(time_us, source, event, key, day, paid, amount, currency)
        texts, words = texts[4 * orders :], words[4 * orders :]
        for number in range(refunds):
            order_key, key, source, event, currency = texts[5 * number : 5 * number + 5]
            time_us, day, base, minor = words[4 * number : 4 * number + 4]
            self.refunds[order_key, key] = Refund(time_us, source, event, order_key, key, day, base, minor, currency)
        self.cancels = dict(zip(texts[5 * refunds :], words[4 * refunds :], strict=True))


def _texts(orders: list[Order], refunds: list[Refund], cancels: list[tuple[str, int]]) -> bytes:
    texts: list[str] = []
    for order in orders:
        texts += (order.key, order.source, order.id, order.currency)
    for refund in refunds:
        texts += (refund.order_key, refund.key, refund.source, refund.id, refund.currency)
    texts += [key for key, _ in cancels]
    return "\x00".join(texts).encode()


def _row(words: list[int], text: bytes) -> bytes:
    columns = array("q", words)
    if sys.byteorder == "big":
        columns.byteswap()
    return columns.tobytes() + text + bytes(-len(text) % 8)
