"""How good is what we know of the customer, and who told it? 客户数据库, 资料质量

Source: checklist.md section 2, unified profile with sources, identity graph, quality score. Fields: name, language,
zone, birthday, tags (profile.updated, the last word each), identifiers, consents, preferences. quality =
100 x sum of weight x freshness of the fields that are known; weights sum to 1; freshness = .5 + .5 x 2^(-age/730).
A conflict: two sources whose last words on a field differ.
Example: only the name (weight .2), told 730 days ago: 100 x .2 x .75 = 15.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from scoring.domain.policy.read_rule import Positive, share, weights_of
from scoring.domain.portrait.past import Deed, Past, fade, micro, names
from scoring.domain.portrait.preference_shift import as_text
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of

OF_PROFILE: Final = ("name", "language", "zone", "birthday", "tags")
FIELDS: Final = (*OF_PROFILE, "identifiers", "consents", "preferences")
STALE: Final = 0.5
MOST_SOURCES: Final = 20
MOST_IDS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRule:
    """`weights` in the order of FIELDS."""

    half_life_days: Positive
    weights: Annotated[tuple[float, ...], weights_of(FIELDS, share)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownField:
    """Never the value itself: it stays on the timeline. `is_conflicting`: sources disagree."""

    field: str
    source: str
    updated_on: date
    is_conflicting: bool
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSource:
    source: str
    events_seen: int
    last_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileQuality:
    """`quality` 0 to 100; `identifier_kinds` and `ids` are the identity graph: kinds seen, ids read as one."""

    quality: float
    fields: tuple[KnownField, ...]
    missing: tuple[str, ...]
    conflicts: int
    identifier_kinds: tuple[str, ...]
    ids: tuple[str, ...]
    sources: tuple[ProfileSource, ...]


def profile_quality(past: Past, rule: ProfileRule) -> ProfileQuality | Unknown:
    """The quality on the day; NO_EVENTS when nothing is recorded yet."""
    if not past.deeds:
        return Unknown.NO_EVENTS
    told: dict[str, dict[str, tuple[str | None, Deed]]] = {}
    for field, value, deed in _words(past):
        told.setdefault(field, {})[deed.source] = (value, deed)
    known = [one for field in FIELDS if (one := _field(past, field, told.get(field, {}))) is not None]
    weights = dict(zip(FIELDS, rule.weights, strict=True))
    quality = sum(
        weights[one.field] * (STALE + (1 - STALE) * fade(_age(past, one.updated_on), rule.half_life_days))
        for one in known
    )
    kinds = {kind for deed in past.deeds for kind in _identifiers(deed)}
    subjects = {deed.subject for deed in past.deeds if deed.subject}
    return ProfileQuality(
        quality=micro(100.0 * quality),
        fields=tuple(known),
        missing=tuple(field for field in FIELDS if field not in {one.field for one in known}),
        conflicts=sum(one.is_conflicting for one in known),
        identifier_kinds=tuple(sorted(kinds)),
        ids=tuple(sorted(subjects))[:MOST_IDS],
        sources=_sources(past),
    )


def _age(past: Past, day: date) -> int:
    return (date_of(past.as_of) - day).days


def _identifiers(deed: Deed) -> list[str]:
    told = deed.data.get("identifiers")
    return [kind for kind in told if isinstance(kind, str)] if isinstance(told, Mapping) else []


def _words(past: Past) -> Iterator[tuple[str, str | None, Deed]]:
    """(field, its value in one form or None where it was deleted, deed), ascending."""
    for deed in past.deeds:
        profile = deed.data.get("profile") if deed.type == "profile.updated" else None
        if isinstance(profile, Mapping):
            for field in OF_PROFILE:
                if field in profile:
                    yield field, None if profile[field] is None else as_text(profile[field]), deed
        if _identifiers(deed):
            yield "identifiers", "", deed
        if deed.type in ("consent.granted", "consent.withdrawn"):
            yield "consents", "", deed
        if deed.type == "preference.stated":
            yield "preferences", "", deed


def _field(past: Past, field: str, by_source: Mapping[str, tuple[str | None, Deed]]) -> KnownField | None:
    if not by_source:
        return None
    value, newest = max(by_source.values(), key=lambda each: each[1][:3])
    if value is None:
        return None
    alive = {each for each, _ in by_source.values() if each is not None}
    return KnownField(
        field=field,
        source=newest.source,
        updated_on=date_of(past.as_of - newest.age),
        is_conflicting=len(alive) > 1,
        events=names(deed for _, deed in by_source.values()),
    )


def _sources(past: Past) -> tuple[ProfileSource, ...]:
    seen: dict[str, list[Deed]] = {}
    for deed in past.deeds:
        seen.setdefault(deed.source, []).append(deed)
    rows = [
        ProfileSource(source=source, events_seen=len(deeds), last_on=date_of(past.as_of - deeds[-1].age))
        for source, deeds in seen.items()
    ]
    return tuple(sorted(rows, key=lambda one: (-one.events_seen, one.source))[:MOST_SOURCES])
