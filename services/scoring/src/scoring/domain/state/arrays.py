"""How do the states of many customers become flat arrays that numpy can judge at once?

Source: scoring-model.md section 1, last rule. `pack(rows)` joins encoded states (state.py) without decoding them one by
one: each table is a flat column of values beside `owner`, the number of the customer in the batch, ascending.
Example: two customers with 2 and 1 buckets give bucket.owner [0, 0, 1].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.domain.state.state import COUNT_BITS, COUNT_MASK, HEADER_WORDS, KIND_BITS, KIND_MASK, State

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buckets:
    """Day buckets, ascending by (owner, day, kind): n events, their answers' quality sum in thousandths."""

    owner: Ints
    day: Ints
    kind: Ints
    n: Ints
    q_milli: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worths:
    """What counts as money: `net_minor` valued on `day` for as-of days since <= a < until; above 0: one order."""

    owner: Ints
    day: Ints
    since: Ints
    until: Ints
    net_minor: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurchaseDays:
    """Days with a live order, for as-of days day <= a < until; ascending by (owner, day), a day once."""

    owner: Ints
    day: Ints
    until: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrays:
    """`size` customers."""

    size: int
    buckets: Buckets
    worths: Worths
    purchases: PurchaseDays


def take(arrays: Arrays, chosen: Ints) -> Arrays:
    """The chosen customers alone (ascending numbers), renumbered from 0."""
    if len(chosen) == arrays.size:
        return arrays
    number = np.full(arrays.size, -1)
    number[chosen] = np.arange(len(chosen))

    def of(owner: Ints) -> Ints:
        return np.flatnonzero(number[owner] >= 0)

    b, w, p = arrays.buckets, arrays.worths, arrays.purchases
    at, on, by = of(b.owner), of(w.owner), of(p.owner)
    return Arrays(
        size=len(chosen),
        buckets=Buckets(owner=number[b.owner[at]], day=b.day[at], kind=b.kind[at], n=b.n[at], q_milli=b.q_milli[at]),
        worths=Worths(
            owner=number[w.owner[on]], day=w.day[on], since=w.since[on], until=w.until[on], net_minor=w.net_minor[on]
        ),
        purchases=PurchaseDays(owner=number[p.owner[by]], day=p.day[by], until=p.until[by]),
    )


def of_kinds(buckets: Buckets, kinds: tuple[int, ...]) -> Ints:
    """The places of the buckets of some kinds, ascending; a table of all kinds is faster than a search for each."""
    wanted = np.zeros(KIND_MASK + 1, dtype=np.bool_)
    wanted[list(kinds)] = True
    return np.flatnonzero(wanted[buckets.kind])


def known_on(arrays: Arrays, day: int) -> NDArray[np.bool_]:
    """Which customers had done anything up to a day."""
    known = np.zeros(arrays.size, dtype=np.bool_)
    known[arrays.buckets.owner[arrays.buckets.day <= day]] = True
    known[arrays.worths.owner[arrays.worths.since <= day]] = True
    known[arrays.purchases.owner[arrays.purchases.day <= day]] = True
    return known


def pack_states(states: Iterable[State]) -> Arrays:
    """Pack states, in their order."""
    return pack([state.encode() for state in states])


def pack(rows: Sequence[bytes]) -> Arrays:
    """Pack encoded states, in their order."""
    words = np.frombuffer(b"".join(rows), dtype="<i8").astype(np.int64, copy=False)
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)) >> 3
    starts = np.cumsum(lengths) - lengths
    buckets, worths, days = (words[starts + column] for column in (1, 2, 3)) if len(rows) else (lengths,) * 3
    first_bucket = starts + HEADER_WORDS
    first_worth = first_bucket + 2 * buckets
    first_day = first_worth + 4 * worths
    bucket_owner, (key, count) = _columns(words, first_bucket, buckets, 2)
    worth_owner, (day, since, until, net) = _columns(words, first_worth, worths, 4)
    day_owner, (purchase_day, purchase_until) = _columns(words, first_day, days, 2)
    return Arrays(
        size=len(rows),
        buckets=Buckets(
            owner=bucket_owner,
            day=key >> KIND_BITS,
            kind=key & KIND_MASK,
            n=count & COUNT_MASK,
            q_milli=count >> COUNT_BITS,
        ),
        worths=Worths(owner=worth_owner, day=day, since=since, until=until, net_minor=net),
        purchases=PurchaseDays(owner=day_owner, day=purchase_day, until=purchase_until),
    )


def _columns(words: Ints, first: Ints, counts: Ints, width: int) -> tuple[Ints, list[Ints]]:
    """Gather `width` columns of `counts` words a customer, each column starting where the one before it ends."""
    owner = np.repeat(np.arange(len(counts)), counts)
    at = np.arange(len(owner)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
    step, columns = np.repeat(counts, counts), [words[at]]
    for _ in range(width - 1):
        at += step
        columns.append(words[at])
    return owner, columns
