"""How are a customer's orders, refunds and cancels kept in a state's row?

Source: scoring-model.md section 1. A section is six counts for the row's header and bytes: worths and purchase days as
columns (orders.py; what scoring reads, already resolved), then the facts of refunds, cancels and orders, then their
texts in the same order. Orders ascend by (time, source, id) and come last, so that the usual next orders only append.
Example: one plain order is a worth (4 words), a purchase day (2 words), its facts (4 words) and its texts.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from scoring.domain.state.days import FOREVER, NEVER
from scoring.domain.state.effects import Order, Refund
from scoring.domain.state.orders import Worth, worths

Section = tuple[tuple[int, ...], bytes]  # counts of worths, purchase days, orders, refunds, cancels, bytes of text
NO_SECTION: Final[Section] = ((0, 0, 0, 0, 0, 0), b"")
_END: Final = "\x00"  # of a text; PostgreSQL keeps no text with it, so no id holds one
_PAID_ORDER: Final = Struct("<10q")  # a worth, a purchase day, the facts
_FREE_ORDER: Final = Struct("<4q")
_FOREVER: Final = FOREVER.to_bytes(8, "little")
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


def first_order(order: Order) -> Section:
    """The section of who bought once, as `write_section` writes it."""
    time_us, source, event, key, day, paid, amount, currency = order
    text = _END.join((key, source, event, currency, "")).encode()
    size = len(text)
    text += bytes(-size % 8)
    if paid > 0:
        words = _PAID_ORDER.pack(day, day, FOREVER, paid, day, FOREVER, time_us, day, paid, amount)
        return (1, 1, 1, 0, 0, size), words + text
    return (0, 0, 1, 0, 0, size), _FREE_ORDER.pack(time_us, day, paid, amount) + text


def with_orders(section: Section, orders: Sequence[Order]) -> Section | None:
    """The section with more orders, when they are the latest ones and nothing else can know their keys; else None.

    One rewrite for all of them, at the cost of what they add: a frequent buyer's section is long.
    """
    (worth, days, known, refunds, cancels, text_bytes), row = section
    first = (4 * worth + 2 * days) << 3
    end = first + ((4 * refunds + cancels + 4 * known) << 3)
    text = row[end : end + text_bytes]
    latest = _word(row, end - (4 << 3)) if known else NEVER
    texts: bytes | set[bytes] = text if len(orders) <= _FEW else set(text.split(_END.encode()))
    facts: list[int] = []
    named: dict[str, str] = {}
    new: list[Worth] = []
    for time_us, source, event, key, day, paid, amount, currency in sorted(orders):
        if time_us <= latest or key in named or key.encode() in texts:
            return None
        facts += (time_us, day, paid, amount)
        named[key] = _END.join((key, source, event, currency, ""))
        latest = time_us
        if paid > 0:
            new.append((day, day, FOREVER, paid))
    columns = [row[:first]]
    if new:
        last_day = _word(row, (worth - 1) << 3) if worth else NEVER
        if last_day > new[0][0]:
            return None  # a waiting refund is valued later
        worth, days, columns = _with_worths(row, worth, days, new, last_day)
    text += "".join(named.values()).encode()
    counts = worth, days, known + len(named), refunds, cancels, len(text)
    return counts, b"".join((*columns, row[first:end], array("q", facts).tobytes(), text, bytes(-len(text) % 8)))


def _with_worths(row: bytes, worth: int, days: int, new: list[Worth], last_day: int) -> tuple[int, int, list[bytes]]:
    """How many worths and purchase days there are with new ones of the last known day or later, and their columns."""
    bought = list(dict.fromkeys(each[0] for each in new))  # ascends
    if last_day == bought[0]:  # equals stand in order
        words = memoryview(row).cast("q")
        at = bisect_left(words, last_day, 0, worth)
        same_day = zip(
            *(words[start + at : start + worth].tolist() for start in range(0, 4 * worth, worth)), strict=True
        )
        new = sorted([*same_day, *new])
    else:
        at = worth
        new.sort()
    columns: list[bytes] = []
    for number, values in enumerate(zip(*new, strict=True)):
        start = (number * worth) << 3
        columns += (row[start : start + (at << 3)], array("q", values).tobytes())
    day, until, end = (4 * worth) << 3, (4 * worth + days) << 3, (4 * worth + 2 * days) << 3
    last_purchase = _word(row, until - 8) if days else NEVER  # a worth may be of money back alone
    again = last_purchase == bought[0]
    more = bought[again:]
    columns += (row[day:until], array("q", more).tobytes())
    columns += (row[until : end - 8 * again], _FOREVER * (len(more) + again))
    return at + len(new), days + len(more), columns


def _word(row: bytes, at: int) -> int:
    return int.from_bytes(row[at : at + 8], "little", signed=True)


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
