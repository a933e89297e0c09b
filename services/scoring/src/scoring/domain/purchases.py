"""How are a customer's orders, refunds and cancels kept in a state's row?

Source: scoring-model.md section 1. A section is six counts for the row's header and bytes: worths and purchase days as
columns (orders.py; what scoring reads, already resolved), then the facts of refunds, cancels and orders, then their
texts in the same order. Orders ascend by (time, source, id) and come last, so that the usual next orders only append.
Example: one plain order is a worth (4 words), a purchase day (2 words), its facts (4 words) and its texts.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from scoring.domain.days import FOREVER, NEVER
from scoring.domain.effects import Order, Refund
from scoring.domain.orders import Worth, worths

Section = tuple[tuple[int, ...], bytes]  # counts of worths, purchase days, orders, refunds, cancels, bytes of text
NO_SECTION: Final[Section] = ((0, 0, 0, 0, 0, 0), b"")
_END: Final = "\x00"  # of a text; PostgreSQL keeps no text with it, so no id holds one
_FEW: Final = 8  # orders whose keys are searched for one by one: telling all texts apart costs as much


class Purchases(NamedTuple):
    """Orders by key, refunds by (order key, refund key), the earliest cancel day by order key."""

    orders: dict[str, Order]
    refunds: dict[tuple[str, str], Refund]
    cancels: dict[str, int]


def write_section(known: Purchases) -> Section:
    """The canonical section: equal purchases give equal bytes."""
    worth, days = worths(known.orders.values(), known.refunds.values(), known.cancels)
    words: list[int] = []
    texts: list[str] = []
    for rows in (worth, days):
        for column in zip(*rows, strict=True):
            words += column
    for name in sorted(known.refunds):
        refund = known.refunds[name]
        words += (refund.time_us, refund.day, refund.base_minor, refund.minor)
        texts += (refund.order_key, refund.key, refund.source, refund.id, refund.currency)
    for key in sorted(known.cancels):
        words.append(known.cancels[key])
        texts.append(key)
    for time_us, source, event, key, day, paid, amount, currency in sorted(known.orders.values()):
        words += (time_us, day, paid, amount)
        texts += (key, source, event, currency)
    text = "".join([each + _END for each in texts]).encode()
    counts = len(worth), len(days), len(known.orders), len(known.refunds), len(known.cancels), len(text)
    return counts, _bytes(array("q", words), text)


def with_orders(section: Section, orders: Sequence[Order]) -> Section | None:
    """The section with more orders, when they are the latest ones and nothing else can know their keys; else None.

    One rewrite for all of them: a frequent buyer's section is long.
    """
    (worth, days, known, refunds, cancels, text_bytes), row = section
    sizes = (worth, worth, worth, worth, days, days, 4 * refunds + cancels + 4 * known)
    columns, end = _columns(row, sizes)
    day, until, facts = columns[4:]
    text = row[end : end + text_bytes]
    latest = facts[-4] if known else NEVER
    texts: bytes | set[bytes] = text if len(orders) <= _FEW else set(text.split(_END.encode()))
    new: dict[str, Order] = {}
    for order in sorted(orders):
        if order.time_us <= latest or order.key in new or order.key.encode() in texts:
            return None
        if order.paid_minor > 0:
            if columns[0] and columns[0][-1] > order.day:
                return None  # a waiting refund is valued later
            _add_worth(columns[:4], (order.day, order.day, FOREVER, order.paid_minor))
            if day and day[-1] == order.day:
                until[-1] = FOREVER
            else:
                day.append(order.day)
                until.append(FOREVER)
        facts.extend((order.time_us, order.day, order.paid_minor, order.amount_minor))
        latest, new[order.key] = order.time_us, order
    more = [each + _END for order in new.values() for each in (order.key, order.source, order.id, order.currency)]
    text += "".join(more).encode()
    counts = len(columns[0]), len(day), known + len(new), refunds, cancels, len(text)
    return counts, b"".join((*columns, text, bytes(-len(text) % 8)))


def _columns(row: bytes, sizes: Iterable[int]) -> "tuple[list[array[int]], int]":
    """Arrays of so many words each from the start of a row, and where they end."""
    view, end, columns = memoryview(row), 0, []
    for size in sizes:
        column = array("q")
        if size:
            column.frombytes(view[end : end + (size << 3)])
            end += size << 3
        columns.append(column)
    return columns, end


def _add_worth(columns: "list[array[int]]", worth: Worth) -> None:
    """Insert a worth of the last day in its place among equals."""
    day, since, until, net = columns
    known, first = range(len(day)), bisect_left(day, worth[0])
    at = bisect_right(known, worth, lo=first, key=lambda each: (day[each], since[each], until[each], net[each]))
    for column, value in zip(columns, worth, strict=True):
        column.insert(at, value)


def _bytes(words: "array[int]", text: bytes) -> bytes:
    return b"".join((words.tobytes(), text, bytes(-len(text) % 8)))


def read_section(section: Section) -> Purchases:
    """Read a section that `write_section` wrote."""
    known = Purchases({}, {}, {})
    (worth, days, orders, refunds, cancels, text_bytes), row = section
    first = 4 * worth + 2 * days
    end = first + 4 * refunds + cancels + 4 * orders
    words = array("q", row[first << 3 : end << 3]).tolist()
    texts = row[end << 3 : (end << 3) + text_bytes].decode().split(_END)
    for number in range(refunds):
        order_key, key, source, event, currency = texts[5 * number : 5 * number + 5]
        time_us, day, base, minor = words[4 * number : 4 * number + 4]
        known.refunds[order_key, key] = Refund(time_us, source, event, order_key, key, day, base, minor, currency)
    words, texts = words[4 * refunds :], texts[5 * refunds :]
    known.cancels.update(zip(texts[:cancels], words[:cancels], strict=True))
    words, texts = words[cancels:], texts[cancels:]
    for at in range(0, 4 * orders, 4):
        key, source, event, currency = texts[at : at + 4]
        time_us, day, paid, amount = words[at : at + 4]
        known.orders[key] = Order(time_us, source, event, key, day, paid, amount, currency)
    return known
