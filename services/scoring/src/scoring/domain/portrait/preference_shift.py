"""What has changed in what the customer wants? 需求动态性

Source: checklist.md, dynamic needs. Stated: the newest statement of a key differs from the one before it. Shown: the
mix of a key (category of orders, channel and day_part of own deeds) moved: half the sum of |share now - share before|
over its values, now = the last 90 d, before = the 365 d ahead of them, at least .5, each side with 3 deeds.
Example: four tea orders last year, then three coffee orders this month: the whole mix moved, size 1.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from scoring.domain.policy.read_rule import OneOrMore, Share
from scoring.domain.portrait.past import Deed, Past, fade, micro, names
from scoring.domain.state.days import date_of

Said = Literal["stated", "shown"]
Mix = Mapping[str, list[tuple[str, float, Deed]]]
DAY_PARTS: Final = ("night", "morning", "afternoon", "evening")
HOURS_A_PART: Final = 6
LONGEST_VALUE: Final = 1000  # characters of JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRule:
    window_days: OneOrMore
    before_days: OneOrMore
    deeds_at_least: OneOrMore
    at_least: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A changed need: `size` 0 to 1, 1 where the whole mix changed; `was` and `now`: stated, or the most usual."""

    key: str
    source: Said
    was: Any  # a text, number, flag or list: the customer's own choice of form
    now: Any
    size: float
    since: date
    n: int
    events: tuple[str, ...]


def shifts(past: Past, found: Mix, rule: ShiftRule) -> list[Shift]:
    """What changed up to the day, stated first."""
    return [*_restated(past), *_moved(past, found, rule)]


def as_text(value: object) -> str:
    """A value in one form, to compare by."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def stated(past: Past) -> Iterator[tuple[Deed, str, Any, Mapping[str, Any]]]:
    """(deed, key, value, the whole) of each well-formed statement, ascending; later ones about a value last."""
    for deed in past.of("preference.stated"):
        told = deed.data.get("preference")
        if (
            isinstance(told, Mapping)
            and isinstance(told.get("key"), str)
            and len(as_text(told.get("value"))) <= LONGEST_VALUE
        ):
            yield deed, told["key"], told.get("value"), told


def mixes(past: Past) -> Mix:
    """(value, weight, deed) rows of each key that behaviour speaks about."""
    category = [(each, 1.0 / len(one.categories), one.deed) for one in past.purchases for each in one.categories]
    own = [deed for deed in past.deeds if deed.is_by_customer]
    channel = [(name, 1.0, deed) for deed in own if (name := deed.text("channel")) is not None]
    part = [(DAY_PARTS[deed.hour // HOURS_A_PART], 1.0, deed) for deed in own]
    return {"category": category, "channel": channel, "day_part": part}


def weigh(rows: Iterable[tuple[str, float, Deed]], half_life: float) -> dict[str, float]:
    """The decayed weight of each value."""
    terms: dict[str, list[float]] = {}
    for value, weight, deed in rows:
        terms.setdefault(value, []).append(weight * fade(deed.age, half_life))
    return {value: math.fsum(sorted(each)) for value, each in terms.items()}


def heaviest(weights: Mapping[str, float]) -> str:
    """The value of the largest weight, of equals the first by name."""
    return min(weights, key=lambda value: (-micro(weights[value]), value))


def _restated(past: Past) -> Iterator[Shift]:
    last: dict[str, list[tuple[Deed, Any]]] = {}
    for deed, key, value, _ in stated(past):
        told = last.setdefault(key, [])
        if not told or as_text(told[-1][1]) != as_text(value):
            told.append((deed, value))
    for key in sorted(last):
        if len(last[key]) > 1:
            (before, was), (deed, now) = last[key][-2:]
            since = date_of(past.as_of - deed.age)
            events = names([before, deed])
            yield Shift(key=key, source="stated", was=was, now=now, size=1.0, since=since, n=2, events=events)


def _moved(past: Past, found: Mix, rule: ShiftRule) -> Iterator[Shift]:
    window, oldest = rule.window_days, rule.window_days + rule.before_days
    for key, rows in found.items():
        new = [row for row in rows if row[2].age < window]
        old = [row for row in rows if window <= row[2].age < oldest]
        if min(len(new), len(old)) < rule.deeds_at_least:
            continue
        now, was = (weigh(each, math.inf) for each in (new, old))
        share_now, share_was = (_shares(each) for each in (now, was))
        values = sorted({*now, *was})
        size = micro(math.fsum(abs(share_now.get(each, 0.0) - share_was.get(each, 0.0)) for each in values) / 2)
        if size >= rule.at_least:
            first = max(deed.age for _, _, deed in new)
            yield Shift(
                key=key,
                source="shown",
                was=heaviest(was),
                now=heaviest(now),
                size=size,
                since=date_of(past.as_of - first),
                n=len(new) + len(old),
                events=names(deed for _, _, deed in new),
            )


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    whole = math.fsum(sorted(weights.values()))
    return {value: each / whole for value, each in weights.items()}
