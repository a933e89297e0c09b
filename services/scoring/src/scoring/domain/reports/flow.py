"""Who moved between two days: up, down, or in from nowhere? 层次与阶段的流动

Source: checklist.md, watch change and adapt: a tier-flow report and alarms on falls. Both days are judged from the same
facts under the same rules, so what differs is what happened and what time alone did. Row 0 holds the arrivals, of whom
nothing was known on the first day; a fall is a move to a lower place, and its share is of those known on the first day.
Example: of 10 known, 2 fell and 1 rose while 3 arrived: falls share .2; with a limit of .15 that is an alarm.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import Flags, Ints
from scoring.domain.rfm import Ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Numbers of customers; `falls_minor` is the net money of 12 months, as of the second day, of those who fell."""

    known_before: int
    arrivals: int
    rises: int
    falls: int
    falls_minor: int
    falls_share: float

    @property
    def stayed(self) -> int:
        return self.known_before - self.rises - self.falls


def no_moves(places: int) -> Ints:
    """The table before anybody is counted: [customers or money, place before + 1 (0: arrived), place after]."""
    return np.zeros((2, places + 1, places), dtype=np.int64)


def moves(
    before: Ranks, after: Ranks, *, known_before: Flags, known_after: Flags, monetary_minor: Ints, places: int
) -> Ints:
    """The table of some customers by their places on both days, to be added to others'."""
    table = no_moves(places)
    came = np.where(known_before, before.astype(np.int64) + 1, 0)[known_after]
    went, money = after[known_after], monetary_minor[known_after]
    np.add.at(table[0], (came, went), 1)
    np.add.at(table[1], (came, went), money)
    return table


def summary(table: Ints) -> Flow:
    """What the table says in a few numbers."""
    places = table.shape[2]
    down = np.tril(np.ones((places, places), dtype=np.bool_), -1)
    customers, money = table[0, 1:], table[1, 1:]
    known, falls = int(customers.sum()), int(customers[down].sum())
    return Flow(
        known_before=known,
        arrivals=int(table[0, 0].sum()),
        rises=int(customers[down.T].sum()),
        falls=falls,
        falls_minor=int(money[down].sum()),
        falls_share=falls / known if known else 0.0,
    )
