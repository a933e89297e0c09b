"""Do the customers of each month come back? 留存, 重复购买率

Source: checklist.md, retention cohort and repeat purchase rate. A cohort are the customers whose first purchase day
lies in a calendar month; its retention in the n-th month after is the share with a purchase day in that month. The
repeat purchase rate is the share of all buyers with at least two purchase days. Purchase days are those that are live
as of the day (orders.py), so a refunded first order moves its customer to another cohort.
Example: first purchases on 3 and 20 January, one of the two buys on 5 March: cohort 2, month 1 0, month 2 .5.
"""

from dataclasses import dataclass

import numpy as np

from scoring.domain.decay import Ints
from scoring.domain.state.arrays import Arrays
from scoring.domain.state.days import date_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """`month` YYYY-MM; `again`: how many bought in each following month up to the as-of day's, which is not over yet.

    `monetary_minor`: net money of all history.
    """

    month: str
    customers: int
    monetary_minor: int
    again: list[int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buyers:
    """`table[first month, months after]`: customers; `money[first month]`; months count from the window's first.

    `buyers`, `repeaters`: of all time.
    """

    table: Ints
    money: Ints
    buyers: int
    repeaters: int

    def __add__(self, other: "Buyers") -> "Buyers":
        return Buyers(
            table=self.table + other.table,
            money=self.money + other.money,
            buyers=self.buyers + other.buyers,
            repeaters=self.repeaters + other.repeaters,
        )


def no_buyers(months: int) -> Buyers:
    """Before anybody is counted."""
    empty = np.zeros((months, months), dtype=np.int64)
    return Buyers(table=empty, money=empty[0].copy(), buyers=0, repeaters=0)


def buyers(arrays: Arrays, as_of: int, months: int) -> Buyers:
    """The cohorts of the last `months` months up to the as-of day's, for some customers."""
    days = arrays.purchases
    live = np.flatnonzero((days.day <= as_of) & (days.until > as_of))
    owner, month = days.owner[live], _month(days.day[live])
    begins = np.ones(len(owner), dtype=np.bool_)
    begins[1:] = owner[1:] != owner[:-1]
    first = np.zeros(arrays.size, dtype=np.int64)
    first[owner[begins]] = month[begins]
    is_new = begins.copy()
    is_new[1:] |= month[1:] != month[:-1]  # each month of a customer once
    start = _window_start(as_of, months)
    cohort = first[owner] - start
    told = is_new & (cohort >= 0)
    table = np.zeros((months, months), dtype=np.int64)
    np.add.at(table, (cohort[told], month[told] - first[owner[told]]), 1)
    times = np.bincount(owner, minlength=arrays.size)
    return Buyers(
        table=table,
        money=_money(arrays, as_of, np.where(times > 0, first - start, -1), months),
        buyers=int((times > 0).sum()),
        repeaters=int((times > 1).sum()),
    )


def _money(arrays: Arrays, as_of: int, cohort: Ints, months: int) -> Ints:
    worths, money = arrays.worths, np.zeros(months, dtype=np.int64)
    of = cohort[worths.owner]
    held = (worths.since <= as_of) & (worths.until > as_of) & (of >= 0)
    np.add.at(money, of[held], worths.net_minor[held])
    return money


def cohorts(found: Buyers, as_of: int) -> list[Cohort]:
    """The cohorts that anybody belongs to, oldest first."""
    months, start = len(found.money), _window_start(as_of, len(found.money))
    return [
        Cohort(
            month=str(np.datetime64(start + at, "M")),
            customers=int(found.table[at, 0]),
            monetary_minor=int(found.money[at]),
            again=found.table[at, 1 : months - at].tolist(),
        )
        for at in range(months)
        if found.table[at, 0]
    ]


def again_next_month(found: Buyers) -> float | None:
    """The share that bought again in the month after their first, over cohorts for whom it is over."""
    whole = len(found.money) - 2
    if whole < 1 or not found.table[:whole, 0].sum():
        return None
    return int(found.table[:whole, 1].sum()) / int(found.table[:whole, 0].sum())


def _month(day: Ints) -> Ints:
    """Calendar months since 1970-01, of day numbers."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _window_start(as_of: int, months: int) -> int:
    today = date_of(as_of)
    return 12 * (today.year - 1970) + today.month - months
