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
from typing import Final

from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.past import Deed, Past, fade, micro, names, saturated
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.kinds import KIND_ID

OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PainRule:
    half_life_days: float
    half_point: float
    kinds: Mapping[str, float]
    types: Mapping[str, float]
    touchpoints: Mapping[str, str]

    @classmethod
    def read(cls, section: Section) -> "PainRule":
        kinds, types, places = (section.section(name) for name in ("kinds", "types", "touchpoints"))
        for name in kinds.keys():  # noqa: SIM118 - Section.keys is a list of texts
            if name not in KIND_ID:
                raise PolicyInvalid(kinds.path(name), f"there is no kind {name!r}")
        rule = cls(
            half_life_days=section.positive("half_life_days"),
            half_point=section.positive("half_point"),
            kinds={name: kinds.positive(name) for name in kinds.keys()},  # noqa: SIM118
            types={name: types.positive(name) for name in types.keys()},  # noqa: SIM118
            touchpoints={name: places.text(name) for name in places.keys()},  # noqa: SIM118
        )
        for each in (section, kinds, types, places):
            each.finish()
        return rule


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
