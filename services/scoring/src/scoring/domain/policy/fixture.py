"""What must become of somebody with these interactions? Tests that a policy must pass before it judges anybody.

Source: scoring-model.md section 6: "given these interactions, as of this day, expect this tier, stage, segment". An
interaction is a canonical event whose `time` may be told as `days_ago`, one number or one for each time it happened;
money without a currency is in the base currency. Thresholds are the policy's own, or the fixture's.
Example: {name: a visit, as_of: 2026-11-30, interactions: [{type: page.viewed, days_ago: 0}], expect: {tier: distant}}.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from scoring.domain.churn import BANDS
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.status import STATUSES

MOST_FIXTURES: Final = 200
MOST_NAME: Final = 200
FARTHEST_DAYS: Final = 36_500
NOON: Final = time(12)

EXPECTED: Final[Mapping[str, tuple[object, ...]]] = {
    "segment": SEGMENTS,
    "tier": TIERS,
    "stage": STAGES,
    "status": (*STATUSES, None),
    "key_account": (False, True),
    "churn_band": (*BANDS, None),
}

Told = Mapping[str, Any]
"""A canonical event as JSON, checked where it is replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """`expect` has keys of EXPECTED; `thresholds` are members that replace the policy's own."""

    name: str
    as_of: date
    interactions: tuple[Told, ...]
    expect: Mapping[str, object]
    thresholds: Told

    @property
    def size(self) -> int:
        """How many events its interactions are."""
        return sum(len(_each(told.get("days_ago"))) for told in self.interactions)

    def events(self, *, zone: tzinfo, currency: str) -> Iterator[dict[str, Any]]:
        """Its interactions as canonical events; a day without an hour is its local noon."""
        for told in self.interactions:
            event = {name: value for name, value in told.items() if name != "days_ago"}
            data = dict(event.get("data", {}))
            if "amount_minor" in data:
                data.setdefault("currency", currency)
            for days in _each(told.get("days_ago")):
                at = {} if days is None else {"time": _noon(self.as_of - timedelta(days=days), zone).isoformat()}
                yield {**event, "data": data, **at}

    def differences(self, card: Mapping[str, Any]) -> dict[str, dict[str, object]]:
        """What of a card is not as expected: {dimension: {expected, got}}."""
        return {
            name: {"expected": value, "got": card[name]} for name, value in self.expect.items() if card[name] != value
        }


def read_fixtures(items: object) -> list[Fixture]:
    """Check and type a list of mappings. Raises PolicyInvalid with a path as `tests[0].expect.tier`."""
    each = Section({"tests": items}, "").sections("tests")
    if len(each) > MOST_FIXTURES:
        raise PolicyInvalid("tests", f"must be at most {MOST_FIXTURES}")
    found = [_read(section) for section in each]
    names = [fixture.name for fixture in found]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise PolicyInvalid(f"tests[{number}].name", f"there is another test of the name {name!r}")
    return found


def _read(section: Section) -> Fixture:
    name = section.text("name")
    if len(name) > MOST_NAME:
        raise PolicyInvalid(section.path("name"), f"must have at most {MOST_NAME} characters")
    expect = section.section("expect")
    expected = {key: _value(expect, key, allowed) for key, allowed in EXPECTED.items() if expect.has(key)}
    expect.finish()
    if not expected:
        raise PolicyInvalid(section.path("expect"), f"must name one of {', '.join(EXPECTED)}")
    thresholds = section.take("thresholds") if section.has("thresholds") else {}
    if not isinstance(thresholds, Mapping):
        raise PolicyInvalid(section.path("thresholds"), "must be a mapping")
    fixture = Fixture(
        name=name,
        as_of=_day(section),
        interactions=tuple(_interaction(one) for one in section.sections("interactions")),
        expect=expected,
        thresholds=thresholds,
    )
    section.finish()
    return fixture


def _value(section: Section, key: str, allowed: tuple[object, ...]) -> object:
    value = section.take(key)
    if not any(value is one or (isinstance(one, str) and value == one) for one in allowed):
        told = ", ".join("null" if one is None else str(one).lower() for one in allowed)
        raise PolicyInvalid(section.path(key), f"must be one of {told}")
    return value


def _day(section: Section) -> date:
    value = section.take("as_of")
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError as err:
            raise PolicyInvalid(section.path("as_of"), "must be a day as 2026-11-30") from err
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PolicyInvalid(section.path("as_of"), "must be a day as 2026-11-30")
    if not date(1970, 1, 1) <= value <= date(2100, 12, 31):
        raise PolicyInvalid(section.path("as_of"), "must be a day from 1970-01-01 to 2100-12-31")
    return value


def _interaction(section: Section) -> Told:
    told = {key: section.take(key) for key in ("type", "time", "data", "source", "id") if section.has(key)}
    section.text("type")
    if not isinstance(told.get("data", {}), Mapping):
        raise PolicyInvalid(section.path("data"), "must be a mapping")
    if isinstance(told.get("time"), datetime):
        told["time"] = told["time"].isoformat()
    if section.has("days_ago"):
        told["days_ago"] = _days_ago(section)
    if ("days_ago" in told) == ("time" in told):
        raise PolicyInvalid(section.path("days_ago"), "must stand here, or `time`, and not both")
    section.finish()
    return told


def _days_ago(section: Section) -> list[int]:
    value = section.take("days_ago")
    days = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    for each in days:
        if isinstance(each, bool) or not isinstance(each, int) or not -FARTHEST_DAYS <= each <= FARTHEST_DAYS:
            raise PolicyInvalid(section.path("days_ago"), "must be a whole number of days, or a list of such")
    return days


def _each(days: Sequence[int] | None) -> Sequence[int | None]:
    return (None,) if days is None else tuple(days)


def _noon(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, NOON, tzinfo=zone)
