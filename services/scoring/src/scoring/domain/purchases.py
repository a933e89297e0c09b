"""How are a customer's orders, refunds and cancels kept in a state's row?

Source: scoring-model.md section 1. A section is six counts for the row's header and bytes: worths and purchase days as
columns (orders.py; what scoring reads, already resolved), then the facts of each event, then their texts.
Example: one plain order is a worth (4 words), a purchase day (2 words), its facts (4 words) and its texts.
"""

from array import array
from operator import attrgetter
from typing import Final, NamedTuple

from scoring.domain.effects import Order, Refund
from scoring.domain.orders import worths

Section = tuple[tuple[int, ...], bytes]  # counts of worths, purchase days, orders, refunds, cancels, bytes of text
NO_SECTION: Final[Section] = ((0, 0, 0, 0, 0, 0), b"")
_KEY: Final = attrgetter("key")
_BETWEEN: Final = "\x00"  # PostgreSQL keeps no text with it, so no id holds one


class Purchases(NamedTuple):
    """Orders by key, refunds by (order key, refund key), the earliest cancel day by order key."""

    orders: dict[str, Order]
    refunds: dict[tuple[str, str], Refund]
    cancels: dict[str, int]


def write_section(known: Purchases) -> Section:
    """The canonical section: equal purchases give equal bytes."""
    orders = sorted(known.orders.values(), key=_KEY) if len(known.orders) > 1 else list(known.orders.values())
    worth, days = worths(orders, known.refunds.values(), known.cancels)
    words: list[int] = []
    for rows in (worth, days):
        for column in zip(*rows, strict=True):
            words += column
    texts: list[str] = []
    for time_us, source, event, key, day, paid, amount, currency in orders:
        words += (time_us, day, paid, amount)
        texts += (key, source, event, currency)
    for name in sorted(known.refunds):
        refund = known.refunds[name]
        words += (refund.time_us, refund.day, refund.base_minor, refund.minor)
        texts += (refund.order_key, refund.key, refund.source, refund.id, refund.currency)
    for key in sorted(known.cancels):
        words.append(known.cancels[key])
        texts.append(key)
    text = _BETWEEN.join(texts).encode()
    counts = len(worth), len(days), len(orders), len(known.refunds), len(known.cancels), len(text)
    return counts, array("q", words).tobytes() + text + bytes(-len(text) % 8)


def read_section(section: Section) -> Purchases:
    """Read a section that `write_section` wrote."""
    known = Purchases({}, {}, {})
    (worth, days, orders, refunds, cancels, text_bytes), row = section
    if not text_bytes:
        return known
    first = 4 * worth + 2 * days
    end = first + 4 * orders + 4 * refunds + cancels
    words = memoryview(row).cast("q")[first:end].tolist()
    texts = row[end << 3 : (end << 3) + text_bytes].decode().split(_BETWEEN)
    for at in range(0, 4 * orders, 4):
        key, source, event, currency = texts[at : at + 4]
        time_us, day, paid, amount = words[at : at + 4]
        known.orders[key] = Order(time_us, source, event, key, day, paid, amount, currency)
    words, texts = words[4 * orders :], texts[4 * orders :]
    for number in range(refunds):
        order_key, key, source, event, currency = texts[5 * number : 5 * number + 5]
        time_us, day, base, minor = words[4 * number : 4 * number + 4]
        known.refunds[order_key, key] = Refund(time_us, source, event, order_key, key, day, base, minor, currency)
    known.cancels.update(zip(texts[5 * refunds :], words[4 * refunds :], strict=True))
    return known
