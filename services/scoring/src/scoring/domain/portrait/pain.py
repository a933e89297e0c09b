"""Where does it hurt? 痛点, one index a touchpoint

Source: checklist.md, optimise touchpoints; 4C convenience. Each painful deed counts its kind's weight (complaint 3,
ticket_breached 2, detractor 2, return_quality 2, delivered_late 1, payment_failed 1, ...; other types, such as
cart.abandoned .5, are listed by name) times 2^(-age/90), at its touchpoint: data.touchpoint, else the policy's for
the type, else `other`. pain = 100 (1 - 2^(-sum/3)); score = mean quality of the answers there, 0 to 100.
Example: one complaint today at delivery: 100 (1 - 2^(-3/3)) = 50.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import Positive, by_kind, by_name
from scoring.domain.policy.reading import Section
from scoring.domain.portrait.past import Deed, Past, fade, micro, names, saturated
from scoring.domain.portrait.unknown import Unknown

OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PainRule:
    half_life_days: Positive
    half_point: Positive
    kinds: Annotated[Mapping[str, float], by_kind(Section.positive)]
    types: Annotated[Mapping[str, float], by_name(Section.positive)]
    touchpoints: Annotated[Mapping[str, str], by_name(Section.text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointPain:
    """`pain` 0 to 100 from `n` painful deeds among `volume` at the touchpoint; `score` null: no answer about it."""

    touchpoint: str
    pain: float
    score: float | None
    volume: int
    n: int
    by_kind: dict[str, int]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pain:
    """Most painful first."""

    touchpoints: tuple[TouchpointPain, ...]
    n: int


def pain(past: Past, rule: PainRule) -> Pain | Unknown:
    """The pain of each touchpoint that the customer met; NO_EVENTS when none is told."""
    met: dict[str, list[Deed]] = {}
    hurt: dict[str, list[tuple[str, float, Deed]]] = {}
    for deed in past.deeds:
        place = deed.text("touchpoint") or rule.touchpoints.get(deed.type)
        found = [(kind, rule.kinds[kind], deed) for kind in deed.kinds if kind in rule.kinds]
        if deed.type in rule.types:
            found.append((deed.type, rule.types[deed.type], deed))
        if place is None and not found:
            continue
        met.setdefault(place or OTHER, []).append(deed)
        if found:
            hurt.setdefault(place or OTHER, []).extend(found)
    if not met:
        return Unknown.NO_EVENTS
    told = [_touchpoint(place, met[place], hurt.get(place, []), rule) for place in met]
    told.sort(key=lambda one: (-one.pain, one.touchpoint))
    return Pain(touchpoints=tuple(told), n=sum(one.n for one in told))


def _touchpoint(place: str, met: list[Deed], hurt: list[tuple[str, float, Deed]], rule: PainRule) -> TouchpointPain:
    total = math.fsum(sorted(weight * fade(deed.age, rule.half_life_days) for _, weight, deed in hurt))
    qualities = [deed.quality for deed in met if deed.quality is not None]
    by_kind: dict[str, int] = {}
    for kind, _, _ in hurt:
        by_kind[kind] = by_kind.get(kind, 0) + 1
    return TouchpointPain(
        touchpoint=place,
        pain=micro(100.0 * saturated(total, rule.half_point)),
        score=micro(100.0 * math.fsum(sorted(qualities)) / len(qualities)) if qualities else None,
        volume=len(met),
        n=len({deed[:3] for _, _, deed in hurt}),
        by_kind=dict(sorted(by_kind.items())),
        events=names(deed for _, _, deed in hurt),
    )
