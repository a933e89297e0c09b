"""How are a customer's orders, refunds and cancels kept in a state's row?

Source: scoring-model.md section 1. A section is six counts for the row's header and bytes: worths and purchase days as
columns (orders.py; what scoring reads, already resolved), then the facts of refunds, cancels and orders, then their
texts in the same order. Orders ascend by (time, source, id) and come last, so that the usual next order only appends.
Example: one plain order is a worth (4 words), a purchase day (2 words), its facts (4 words) and its texts.
"""

from array import array
from typing import Final, NamedTuple

from scoring.domain.days import FOREVER
from scoring.domain.effects import Order, Refund
from scoring.domain.orders import worths

Section = tuple[tuple[int, ...], bytes]  # counts of worths, purchase days, orders, refunds, cancels, bytes of text
NO_SECTION: Final[Section] = ((0, 0, 0, 0, 0, 0), b"")
_END: Final = "\x00"  # of a text; PostgreSQL keeps no text with it, so no id holds one


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


def with_order(section: Section, order: Order) -> Section | None:
    """The section with one more order, when that is the latest one and nothing else can know its key; else None."""
    (worth, days, orders, refunds, cancels, text_bytes), row = section
    time_us, source, event, key, day, paid, amount, currency = order
    size = 4 * worth + 2 * days + 4 * refunds + cancels + 4 * orders
    words, text = array("q", row[: size << 3]), row[size << 3 : (size << 3) + text_bytes]
    if (orders and words[-4] >= time_us) or key.encode() in text:
        return None
    if paid > 0:
        if worth and words[worth - 1] > day:
            return None  # a waiting refund is valued later
        if not days or words[4 * worth + days - 1] != day:
            words.insert(4 * worth + 2 * days, FOREVER)
            words.insert(4 * worth + days, day)
            days += 1
        else:
            words[4 * worth + 2 * days - 1] = FOREVER
        at = worth
        while at and (words[at - 1], words[worth + at - 1], words[2 * worth + at - 1], words[3 * worth + at - 1]) > (
            day,
            day,
            FOREVER,
            paid,
        ):
            at -= 1
        for column, value in ((3, paid), (2, FOREVER), (1, day), (0, day)):
            words.insert(column * worth + at, value)
        worth += 1
    words.extend((time_us, day, paid, amount))
    text += _END.join((key, source, event, currency, "")).encode()
    return (worth, days, orders + 1, refunds, cancels, len(text)), _bytes(words, text)


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
