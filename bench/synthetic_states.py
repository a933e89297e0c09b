"""Which customers are judged when a whole base is measured? Encoded states of 30 day buckets and 6 orders, from a seed.

Made as whole arrays, because a million states made one by one would take minutes. Each row is what `State.encode`
writes of such a customer: distinct days, kinds as a shop has them, answers with their quality, ids of orders that do
not repeat, and one customer in ten with a partly refunded order.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.domain.state.days import FOREVER, day_number
from scoring.domain.state.kinds import KIND_ID
from scoring.domain.state.state import COUNT_BITS, FORMAT, HEADER_WORDS, KIND_BITS

BUCKETS: Final = 30
ORDERS: Final = 6
REFUNDED: Final = 10
"""One customer in so many had money back."""

Ints = NDArray[np.int64]

_MIXTURE: Final = {
    "visit": 30,
    "open": 10,
    "click": 10,
    "cart": 8,
    "delivered_ontime": 10,
    "delivered_late": 2,
    "inbound_msg": 4,
    "outbound_msg": 6,
    "meeting": 1,
    "store_visit": 3,
    "coupon": 3,
    "community": 1,
    "share": 2,
    "csat": 2,
    "nps": 2,
    "review": 2,
    "complaint": 1,
    "resolved": 1,
    "promise_kept": 1,
    "referral": 1,
}
_ANSWERS: Final = ("csat", "nps", "review")
_DIGITS: Final = 9
_NOON_US: Final = 12 * 3_600 * 1_000_000
_DAY_US: Final = 86_400 * 1_000_000


def synthetic_states(number: int, *, as_of: date, seed: int = 1, page: int = 2_000) -> Iterator[list[bytes]]:
    """Encoded states, page by page; the same of the same seed."""
    for at, first in enumerate(range(0, number, page)):
        yield _page(min(page, number - first), first, np.random.default_rng([seed, at]), day_number(as_of))


def _page(size: int, first: int, dice: np.random.Generator, today: int) -> list[bytes]:
    refunded = (np.arange(first, first + size) % REFUNDED) == 0
    rows: list[bytes] = [b""] * size
    for had_refund in (False, True):
        places = np.flatnonzero(refunded == had_refund)
        if len(places):
            table = _rows(places + first, dice, today, had_refund=had_refund)
            width = table.shape[1] * table.itemsize
            whole = table.astype("<i8").tobytes()
            for at, place in enumerate(places.tolist()):
                rows[place] = whole[at * width : (at + 1) * width]
    return rows


def _rows(numbers: Ints, dice: np.random.Generator, today: int, *, had_refund: bool) -> Ints:
    """Customers with the same numbers of everything, a row of words each."""
    size = len(numbers)
    day = _days(dice, size, BUCKETS, today, mean_gap=dice.uniform(3, 40, size))
    kinds = np.array([KIND_ID[name] for name in _MIXTURE])
    chances = np.array(list(_MIXTURE.values()), dtype=np.float64)
    kind = dice.choice(kinds, (size, BUCKETS), p=chances / chances.sum())
    n = np.minimum(dice.geometric(0.7, (size, BUCKETS)), 9)
    answers = np.isin(kind, [KIND_ID[name] for name in _ANSWERS])
    quality = np.where(answers, n * dice.integers(0, 1_001, (size, BUCKETS)), 0)
    bought = _days(dice, size, ORDERS, today, mean_gap=dice.uniform(10, 150, size))
    paid = np.maximum((dice.lognormal(9.5, 1.0, (size, ORDERS))).astype(np.int64), 100)
    worths, counts = _worths(bought, paid, had_refund=had_refund, today=today)
    text, bytes_of_text = _texts(numbers, had_refund=had_refund)
    header = np.zeros((size, HEADER_WORDS), dtype=np.int64)
    header[:] = (FORMAT, BUCKETS, counts, ORDERS, ORDERS, int(had_refund), 0, bytes_of_text)
    until = np.full((size, ORDERS), FOREVER)
    back = _refund(bought, paid, today) if had_refund else np.zeros((size, 0), dtype=np.int64)
    orders = np.stack([bought * _DAY_US + _NOON_US, bought, paid, paid], axis=2).reshape(size, 4 * ORDERS)
    return np.concatenate(
        [header, day << KIND_BITS | kind, quality << COUNT_BITS | n, worths, bought, until, back, orders, text], axis=1
    )


def _days(dice: np.random.Generator, size: int, number: int, today: int, *, mean_gap: NDArray[np.float64]) -> Ints:
    """Distinct days, ascending, the last one up to a gap before today."""
    gaps = dice.geometric(1.0 / mean_gap[:, None], (size, number))
    gaps[:, 0] -= 1
    return np.asarray(today - np.cumsum(gaps, axis=1)[:, ::-1], dtype=np.int64)


def _worths(bought: Ints, paid: Ints, *, had_refund: bool, today: int) -> tuple[Ints, int]:
    """Four columns of what counts as money, and how many there are; the first order's refund splits it in two."""
    day, since, until, net = bought, bought, np.full_like(bought, FOREVER), paid
    if had_refund:
        back = _refunded_on(bought, today)
        day = np.concatenate([bought[:, :1], bought], axis=1)
        since = np.concatenate([bought[:, :1], back, bought[:, 1:]], axis=1)
        until = np.concatenate([back, until], axis=1)
        net = np.concatenate([paid[:, :1], paid[:, :1] - paid[:, :1] // 2, paid[:, 1:]], axis=1)
    return np.concatenate([day, since, until, net], axis=1), day.shape[1]


def _refunded_on(bought: Ints, today: int) -> Ints:
    """A week after the first order; that is one of six distinct days, so never today."""
    return np.minimum(bought[:, :1] + 7, today)


def _refund(bought: Ints, paid: Ints, today: int) -> Ints:
    back = _refunded_on(bought, today)
    half = paid[:, :1] // 2
    return np.concatenate([back * _DAY_US + _NOON_US, back, half, half], axis=1)


def _texts(numbers: Ints, *, had_refund: bool) -> tuple[Ints, int]:
    """The texts of orders and refunds as words, and their bytes before padding."""
    orders = "".join(f"order:{at}{{}}\0shop\0e{at}{{}}\0CNY\0" for at in range(ORDERS))
    refund = "order:0{}\0refund:r{}\0shop\0f{}\0CNY\0" if had_refund else ""
    mould, blank = refund + orders, "#" * _DIGITS
    text = np.frombuffer(mould.replace("{}", blank).encode(), dtype=np.uint8)
    padded = np.zeros((len(numbers), len(text) + -len(text) % 8), dtype=np.uint8)
    padded[:, : len(text)] = text
    digits = (numbers[:, None] // 10 ** np.arange(_DIGITS - 1, -1, -1)) % 10 + ord("0")
    padded[:, np.flatnonzero(text == ord("#"))] = np.tile(digits.astype(np.uint8), mould.count("{}"))
    return padded.view("<i8").astype(np.int64), len(text)
