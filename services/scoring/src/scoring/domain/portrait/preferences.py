"""What does the customer like, who says so, and how sure is it today? 偏好

Source: checklist.md, know needs and preferences. A fact is a key and a value. Stated: from preference.stated,
confidence as told times 2^(-age/h), h 365, until expires_on; of one (key, value) the last word counts, of one key the
surest value; null takes a key back. Shown: what behaviour says about category (orders), channel and day_part (own
deeds): W_value/(k + W), W decayed with h 180, k 3. Facts below .1 are not told. Shown facts and shifts
(preference_shift.py) need the consent to profiling.
Example: tea stated a year ago with confidence .8: .4; three web orders today, nothing else: channel web 3/(3 + 3) = .5.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from scoring.domain.policy.read_rule import At, Positive, Share
from scoring.domain.portrait.past import Deed, Past, fade, micro, names
from scoring.domain.portrait.preference_shift import (
    Mix,
    Said,
    Shift,
    ShiftRule,
    as_text,
    heaviest,
    mixes,
    shifts,
    stated,
    weigh,
)
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of, day_number

MOST_FACTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceRule:
    stated_half_life_days: Annotated[Positive, At("stated.half_life_days")]
    shown_half_life_days: Annotated[Positive, At("shown.half_life_days")]
    shown_prior_weight: Annotated[Positive, At("shown.prior_weight")]
    confidence_at_least: Share
    shift: ShiftRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`confidence` 0 to 1 as of the day, `told_confidence` before it faded; `expires_on` null: no end was told."""

    key: str
    value: Any  # a text, number, flag or list: the customer's own choice of form
    source: Said
    confidence: float
    told_confidence: float
    last_on: date
    expires_on: date | None
    used_on: date | None
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Surest first. `shown_left_out`: the customer refuses profiling."""

    facts: tuple[Fact, ...]
    shifts: tuple[Shift, ...]
    shown_left_out: bool


def preferences(past: Past, rule: PreferenceRule, *, refused: bool) -> Preferences | Unknown:
    """What is known on the day; NO_EVENTS when there is nothing."""
    shown: Mix = {} if refused else mixes(past)
    facts = [*_stated(past, rule), *_shown(past, shown, rule)]
    facts = [fact for fact in facts if fact.confidence >= rule.confidence_at_least]
    moved = [] if refused else shifts(past, shown, rule.shift)
    if not facts and not moved:
        return Unknown.NO_EVENTS
    facts.sort(key=lambda fact: (-fact.confidence, fact.key, fact.source, as_text(fact.value)))
    return Preferences(facts=tuple(facts[:MOST_FACTS]), shifts=tuple(moved[:MOST_FACTS]), shown_left_out=refused)


def _expiry(told: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(told["expires_on"])
    except (KeyError, TypeError, ValueError):
        return None


def _confidence(told: Mapping[str, Any]) -> float:
    value = told.get("confidence", 1.0)
    return float(value) if value.__class__ in (int, float) and 0 <= value <= 1 else 1.0


def _stated(past: Past, rule: PreferenceRule) -> Iterable[Fact]:
    last: dict[tuple[str, str], Fact] = {}
    counts: dict[tuple[str, str], list[Deed]] = {}
    used = _used(past)
    for deed, key, value, told in stated(past):
        name, expires, confidence = (key, as_text(value)), _expiry(told), _confidence(told)
        counts.setdefault(name, []).append(deed)
        last.pop(name, None)
        if value is None:
            last = {known: fact for known, fact in last.items() if known[0] != key}
        elif expires is None or day_number(expires) >= past.as_of:
            last[name] = Fact(
                key=key,
                value=value,
                source="stated",
                confidence=micro(confidence * fade(deed.age, rule.stated_half_life_days)),
                told_confidence=micro(confidence),
                last_on=date_of(past.as_of - deed.age),
                expires_on=expires,
                used_on=used.get(key),
                n=len(counts[name]),
                events=names(counts[name]),
            )
    surest: dict[str, Fact] = {}
    for fact in last.values():  # of equals the one told last
        if fact.key not in surest or fact.confidence >= surest[fact.key].confidence:
            surest[fact.key] = fact
    return surest.values()


def _used(past: Past) -> dict[str, date]:
    """When staff last marked a preference as used, by key (preference.used with data.preference.key)."""
    found = {}
    for deed in past.of("preference.used"):
        told = deed.data.get("preference")
        if isinstance(told, Mapping) and isinstance(told.get("key"), str):
            found[told["key"]] = date_of(past.as_of - deed.age)
    return found


def _shown(past: Past, found: Mix, rule: PreferenceRule) -> Iterator[Fact]:
    for key, rows in found.items():
        if not rows:
            continue
        weights = weigh(rows, rule.shown_half_life_days)
        value = heaviest(weights)
        deeds = [deed for each, _, deed in rows if each == value]
        confidence = micro(weights[value] / (rule.shown_prior_weight + math.fsum(sorted(weights.values()))))
        yield Fact(
            key=key,
            value=value,
            source="shown",
            confidence=confidence,
            told_confidence=confidence,
            last_on=date_of(past.as_of - min(deed.age for deed in deeds)),
            expires_on=None,
            used_on=None,
            n=len(deeds),
            events=names(deeds),
        )
