"""What happened outside the relationship that may explain a change? 非线性发展: price rise, outage

Source: checklist.md section 2, outside-event marker. The operator lists them in the policy with days, kind and a
sentence; a marker is shown while it lasts and for 90 days after, and says what the customer did in it.
Example: a price rise on 1 July is shown until 28 September.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from scoring.domain.policy.read_rule import At, Text, Whole, inners
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Past, names
from scoring.domain.state.days import date_of, day_number


def _day(section: Section, key: str) -> int:
    told = section.take(key)
    try:
        return day_number(date.fromisoformat(told))
    except (TypeError, ValueError) as err:
        raise PolicyInvalid(section.path(key), 'must be a day in quotes, such as "2026-07-01"') from err


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """`first` and `last` are day numbers."""

    kind: Text
    first: Annotated[int, _day, At("from")]
    last: Annotated[int, _day, At("to")]
    zh: Text
    en: Text

    def check(self, section: Section) -> None:
        if self.first > self.last:
            raise PolicyInvalid(section.path("from"), "must not be after to")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRule:
    shown_for_days: Whole
    events: Annotated[tuple[Outside, ...], inners(Outside)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """`n` deeds of the customer between the two days."""

    kind: str
    first_on: date
    last_on: date
    zh: str
    en: str
    n: int
    events: tuple[str, ...]


def outside_events(past: Past, rule: OutsideRule) -> tuple[Marker, ...]:
    """The markers to be shown on the day, newest first."""
    near = [one for one in rule.events if one.first <= past.as_of < one.last + 1 + rule.shown_for_days]
    found = []
    for one in sorted(near, key=lambda each: (-each.first, each.kind)):
        deeds = [deed for deed in past.deeds if one.first <= past.as_of - deed.age <= one.last and deed.is_by_customer]
        first, last = date_of(one.first), date_of(one.last)
        found.append(
            Marker(kind=one.kind, first_on=first, last_on=last, zh=one.zh, en=one.en, n=len(deeds), events=names(deeds))
        )
    return tuple(found)
