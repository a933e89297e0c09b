"""How do many variants of one customer become arrays that are judged in one call?

Source: scoring-model.md section 1: a score depends only on how many days ago each fact was. So one customer on many
days is many customers on one day, each moved by some days; and a customer to whom something more happens is a copy with
a few rows more. `over_days` is what history, guards and forecasts rest on, `with_more` what a hint is tried on.
Example: a purchase on day 5, asked for days 7 and 9: two customers on day 9 who bought on days 7 and 5.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from scoring.domain.card import score
from scoring.domain.columns import Columns
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.arrays import Arrays, Buckets, Ints, PurchaseDays, Worths
from scoring.domain.state.days import FOREVER, date_of
from scoring.domain.state.kinds import KIND_ID

MOST_ROWS: Final = 250_000  # of copies that are judged at once: about 100 MB while they are
FIRST_DAYS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What happens to one copy besides: (day, kind, n, q_milli), and (day, net_minor) of orders."""

    tallies: list[tuple[int, str, int, int]] = field(default_factory=list)
    orders: list[tuple[int, int]] = field(default_factory=list)


def score_days(
    arrays: Arrays, days: Sequence[int], policy: Policy, thresholds: Thresholds
) -> Iterator[tuple[Sequence[int], Columns]]:
    """The one customer of the arrays on each day, in pieces of bounded size; row i of the columns is the piece's i-th.

    The first piece is short, so that who looks for the next change mostly needs no other.
    """
    most, start, size = most_copies(arrays, MOST_ROWS), 0, FIRST_DAYS
    while start < len(days):
        piece = days[start : start + min(size, most)]
        yield piece, score(over_days(arrays, piece), date_of(max(piece)), policy, thresholds)
        start, size = start + len(piece), most


def most_copies(arrays: Arrays, rows: int) -> int:
    """How many copies of the one customer have at most so many rows; at least one."""
    each = len(arrays.buckets.day) + len(arrays.worths.day) + len(arrays.purchases.day) + 1
    return max(1, rows // each)


def over_days(arrays: Arrays, days: Sequence[int]) -> Arrays:
    """One customer once a day: copy i stands on the last of the days as the customer stands on days[i]."""
    return moved(copied(arrays, len(days)), max(days) - np.asarray(days, dtype=np.int64))


def copied(arrays: Arrays, times: int) -> Arrays:
    """The one customer so many times."""
    b, w, p = arrays.buckets, arrays.worths, arrays.purchases

    def of(column: Ints) -> Ints:
        return np.tile(column, times)

    def owner(column: Ints) -> Ints:
        return np.repeat(np.arange(times), len(column))

    return Arrays(
        size=times,
        buckets=Buckets(owner=owner(b.day), day=of(b.day), kind=of(b.kind), n=of(b.n), q_milli=of(b.q_milli)),
        worths=Worths(
            owner=owner(w.day), day=of(w.day), since=of(w.since), until=of(w.until), net_minor=of(w.net_minor)
        ),
        purchases=PurchaseDays(owner=owner(p.day), day=of(p.day), until=of(p.until)),
    )


def moved(arrays: Arrays, by: Ints) -> Arrays:
    """Each customer's facts so many days later; what never ends still does not."""
    b, w, p = arrays.buckets, arrays.worths, arrays.purchases

    def end(until: Ints, owner: Ints) -> Ints:
        return np.where(until >= FOREVER, FOREVER, until + by[owner])

    return Arrays(
        size=arrays.size,
        buckets=Buckets(owner=b.owner, day=b.day + by[b.owner], kind=b.kind, n=b.n, q_milli=b.q_milli),
        worths=Worths(
            owner=w.owner,
            day=w.day + by[w.owner],
            since=w.since + by[w.owner],
            until=end(w.until, w.owner),
            net_minor=w.net_minor,
        ),
        purchases=PurchaseDays(owner=p.owner, day=p.day + by[p.owner], until=end(p.until, p.owner)),
    )


def with_more(arrays: Arrays, more: Sequence[More]) -> Arrays:
    """The one customer once for each, with what happens to that copy besides; a bucket stays one a (day, kind)."""
    whole = copied(arrays, len(more))
    tallies = _rows(
        ((copy, day, KIND_ID[kind], n, q) for copy, one in enumerate(more) for day, kind, n, q in one.tallies), 5
    )
    orders = _rows(((copy, day, net) for copy, one in enumerate(more) for day, net in one.orders), 3)
    return Arrays(
        size=whole.size,
        buckets=_with_tallies(whole.buckets, tallies),
        worths=_with_orders(whole.worths, orders),
        purchases=_with_days(whole.purchases, orders),
    )


def _rows(rows: Iterable[tuple[int, ...]], width: int) -> Ints:
    return np.array(list(rows), dtype=np.int64).reshape(-1, width).T


def _with_tallies(buckets: Buckets, more: Ints) -> Buckets:
    owner, day, kind, n, q_milli = (
        np.concatenate([getattr(buckets, name), added])
        for name, added in zip(("owner", "day", "kind", "n", "q_milli"), more, strict=True)
    )
    order = np.lexsort((kind, day, owner))
    owner, day, kind, n, q_milli = owner[order], day[order], kind[order], n[order], q_milli[order]
    begins = _begins(owner, day, kind)
    return Buckets(
        owner=owner[begins],
        day=day[begins],
        kind=kind[begins],
        n=np.add.reduceat(n, begins) if len(n) else n,
        q_milli=np.add.reduceat(q_milli, begins) if len(n) else q_milli,
    )


def _with_orders(worths: Worths, more: Ints) -> Worths:
    owner, day, net = more
    forever = np.full(len(day), FOREVER)
    columns = (worths.owner, owner), (worths.day, day), (worths.since, day), (worths.until, forever)
    owners, days, since, until = (np.concatenate(each) for each in columns)
    money = np.concatenate([worths.net_minor, net])
    order = np.lexsort((money, until, since, days, owners))
    return Worths(owner=owners[order], day=days[order], since=since[order], until=until[order], net_minor=money[order])


def _with_days(purchases: PurchaseDays, more: Ints) -> PurchaseDays:
    owner, day = np.concatenate([purchases.owner, more[0]]), np.concatenate([purchases.day, more[1]])
    until = np.concatenate([purchases.until, np.full(len(more[1]), FOREVER)])
    order = np.lexsort((day, owner))
    owner, day, until = owner[order], day[order], until[order]
    begins = _begins(owner, day)
    return PurchaseDays(
        owner=owner[begins], day=day[begins], until=np.maximum.reduceat(until, begins) if len(day) else until
    )


def _begins(*columns: Ints) -> Ints:
    """Where rows begin that differ from the one before, in sorted columns."""
    first = np.ones(len(columns[0]), dtype=np.bool_)
    for column in columns:
        first[1:] &= column[1:] == column[:-1]
    first[1:] = ~first[1:]
    return np.flatnonzero(first)
