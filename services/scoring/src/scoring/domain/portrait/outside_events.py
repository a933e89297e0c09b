"""What happened outside the relationship that may explain a change? 非线性发展: price rise, outage

Source: checklist.md section 2, outside-event marker. The operator lists them in the policy with days, kind and a
sentence; a marker is shown while it lasts and for 90 days after, and says what the customer did in it.
Example: a price rise on 1 July is shown until 28 September.
"""

from dataclasses import dataclass
from datetime import date

from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Past, names
from scoring.domain.state.days import date_of, day_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """`first` and `last` are day numbers; `says`: (zh, en)."""

    kind: str
    first: int
    last: int
    says: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRule:
    shown_for_days: int
    events: tuple[Outside, ...]

    @classmethod
    def read(cls, section: Section) -> "OutsideRule":
        found = []
        for one in section.sections("events"):
            first, last = _day(one, "from"), _day(one, "to")
            if first > last:
                raise PolicyInvalid(one.path("from"), "must not be after to")
            found.append(Outside(kind=one.text("kind"), first=first, last=last, says=(one.text("zh"), one.text("en"))))
            one.finish()
        rule = cls(shown_for_days=section.whole("shown_for_days"), events=tuple(found))
        section.finish()
        return rule


def _day(section: Section, key: str) -> int:
    told = section.take(key)
    try:
        return day_number(date.fromisoformat(told))
    except (TypeError, ValueError) as err:
        raise PolicyInvalid(section.path(key), 'must be a day in quotes, such as "2026-07-01"') from err


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
        zh, en = one.says
        first, last = date_of(one.first), date_of(one.last)
        found.append(
            Marker(kind=one.kind, first_on=first, last_on=last, zh=zh, en=en, n=len(deeds), events=names(deeds))
        )
    return tuple(found)
