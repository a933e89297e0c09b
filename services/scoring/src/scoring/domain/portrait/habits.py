"""When, where and what does the customer usually buy, and how often? 购买习惯

Source: checklist.md section 5, step 1. Over live orders, each weighing 2^(-age/h), h 365: the weekday, channel and
category with the largest share; the hour whose three hours (it, the one before, the one after) hold the most; an
order of n categories counts 1/n for each. Rhythm: median and quartiles of the days between the newest purchase days
(at most 12 gaps); the next one is expected a median after the last. Known from 3 orders (rhythm: 3 purchase days).
Example: purchase days 30, 20 and 0 days ago: gaps 10 and 20, median 15, next expected in 15 days.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Annotated, Final

from scoring.domain.policy.read_rule import OneOrMore, Positive, whole
from scoring.domain.portrait.past import Deed, Past, Purchase, fade, micro, names
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitRule:
    half_life_days: Positive
    orders_at_least: Annotated[int, whole(least=2)]
    gaps_at_most: OneOrMore


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The value with the largest share (0 to 1), `n` orders with it, the newest of them."""

    value: str
    share: float
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualHour:
    """A local hour 0 to 23; share and orders of it and the hours before and after."""

    value: int
    share: float
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Days between purchases: median and quartiles of `n` gaps; `overdue_days` past the expected day, else 0."""

    days: float
    shorter: int
    longer: int
    last_on: date
    next_expected_on: date
    overdue_days: int
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """`orders`: how many it rests on."""

    weekday: Annotated[Usual | None, Unknown.TOO_FEW]
    hour: Annotated[UsualHour | None, Unknown.TOO_FEW]
    channel: Annotated[Usual | None, Unknown.TOO_FEW]
    category: Annotated[Usual | None, Unknown.TOO_FEW]
    interval: Annotated[Rhythm | None, Unknown.TOO_FEW]
    orders: int


def habits(past: Past, rule: HabitRule) -> Habits | Unknown:
    """What is usual among live orders; NO_PURCHASE without one."""
    if not past.purchases:
        return Unknown.NO_PURCHASE
    weekdays, channels, kinds = [], [], []
    for purchase in past.purchases:
        deed, weight = purchase.deed, fade(purchase.age, rule.half_life_days)
        weekdays.append((WEEKDAYS[deed.weekday], weight, deed))
        channel = deed.text("channel")
        if channel is not None:
            channels.append((channel, weight, deed))
        kinds += [(each, weight / len(purchase.categories), deed) for each in purchase.categories]
    return Habits(
        weekday=usual(weekdays, rule.orders_at_least),
        hour=_usual_hour(past.purchases, rule),
        channel=usual(channels, rule.orders_at_least),
        category=usual(kinds, rule.orders_at_least),
        interval=_rhythm(past, rule),
        orders=len(past.purchases),
    )


def shares(told: Iterable[tuple[Hashable, float, Deed]]) -> dict[Hashable, tuple[float, list[Deed]]]:
    """Share and deeds of each value; the shares add up to 1."""
    weights: dict[Hashable, list[float]] = {}
    deeds: dict[Hashable, list[Deed]] = {}
    for value, weight, deed in told:
        weights.setdefault(value, []).append(weight)
        deeds.setdefault(value, []).append(deed)
    sums = {value: math.fsum(sorted(each)) for value, each in weights.items()}
    whole = math.fsum(sorted(sums.values()))
    return {value: (micro(each / whole), deeds[value]) for value, each in sums.items()} if whole else {}


def usual(told: Sequence[tuple[str, float, Deed]], least: int) -> Usual | None:
    """The value with the largest share, of equals the first by name; None below `least` deeds."""
    if len({deed[:3] for _, _, deed in told}) < least:
        return None
    found = shares(told)
    value = min(found, key=lambda each: (-found[each][0], str(each)))
    share, deeds = found[value]
    return Usual(value=str(value), share=share, n=len(deeds), events=names(deeds))


def _usual_hour(purchases: Sequence[Purchase], rule: HabitRule) -> UsualHour | None:
    if len(purchases) < rule.orders_at_least:
        return None
    found = shares([(one.deed.hour, fade(one.age, rule.half_life_days), one.deed) for one in purchases])
    around = {hour: [(hour + step) % HOURS for step in (-1, 0, 1)] for hour in range(HOURS)}
    weight = {hour: math.fsum(found[each][0] for each in around[hour] if each in found) for hour in around}
    own = {hour: found[hour][0] if hour in found else 0.0 for hour in around}
    value = min(around, key=lambda hour: (-micro(weight[hour]), -own[hour], hour))
    deeds = [deed for hour in around[value] if hour in found for deed in found[hour][1]]
    return UsualHour(value=value, share=micro(min(weight[value], 1.0)), n=len(deeds), events=names(deeds))


def _rhythm(past: Past, rule: HabitRule) -> Rhythm | None:
    deeds = {purchase.age: purchase.deed for purchase in past.purchases}
    ages = sorted(deeds)[: rule.gaps_at_most + 1]
    if len(ages) < rule.orders_at_least:
        return None
    gaps = sorted(older - newer for newer, older in pairwise(ages))
    days, last = float(median(gaps)), past.as_of - ages[0]
    expected = last + round(days)
    return Rhythm(
        days=days,
        shorter=gaps[(len(gaps) - 1) // 4],
        longer=gaps[(3 * (len(gaps) - 1) + 3) // 4],
        last_on=date_of(last),
        next_expected_on=date_of(expected),
        overdue_days=max(0, past.as_of - expected),
        n=len(gaps),
        events=names(deeds[age] for age in ages),
    )
