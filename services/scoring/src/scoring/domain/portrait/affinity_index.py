"""How warm is the relationship? 亲和力

Source: checklist.md, affinity house: reciprocity, warmth, kept promises. Weighted mean of the known, .4 .3 .3:
reciprocity (the card's, 0 to 1); warmth = share of good answers (quality >= .75) among the answers, decayed with
h 180, known from a weight of .5; kept = share of kept promises among kept and broken, likewise. Times 100.
Example: reciprocity unknown, one answer of 9 of 10, one broken promise, both today: (.3 x 1 + .3 x 0)/.6 = 50.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import Positive, share, weights_of
from scoring.domain.policy.reading import Section
from scoring.domain.portrait.past import Deed, Past, faded, micro, names
from scoring.domain.portrait.unknown import Unknown

WEIGHTS: Final = ("reciprocity", "warmth", "kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityIndexRule:
    half_life_days: Positive
    known_from: Positive
    good_from: Annotated[float, share]
    weights: Annotated[tuple[float, ...], weights_of(WEIGHTS, Section.positive)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share 0 to 1 over `n` deeds."""

    share: float
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityIndex:
    """`score` 0 to 100; `coverage` the weight of the known parts."""

    score: float
    coverage: float
    reciprocity: Annotated[float | None, Unknown.NO_OUTBOUND]
    warmth: Annotated[Share | None, Unknown.TOO_FEW]
    kept: Annotated[Share | None, Unknown.TOO_FEW]


def affinity_index(past: Past, rule: AffinityIndexRule, *, reciprocity: float | None) -> AffinityIndex | Unknown:
    """The index on the day; TOO_FEW when none of its parts is known."""
    answers = [deed for deed in past.deeds if deed.quality is not None and deed.is_by_customer]
    warmth = _share([deed for deed in answers if (deed.quality or 0.0) >= rule.good_from], answers, rule)
    kept, broken = past.of_kinds("promise_kept"), past.of_kinds("promise_broken")
    held = _share(kept, [*kept, *broken], rule)
    parts = (reciprocity, None if warmth is None else warmth.share, None if held is None else held.share)
    known = [(value, weight) for value, weight in zip(parts, rule.weights, strict=True) if value is not None]
    if not known:
        return Unknown.TOO_FEW
    whole = math.fsum(weight for _, weight in known)
    return AffinityIndex(
        score=micro(100.0 * math.fsum(value * weight for value, weight in known) / whole),
        coverage=micro(whole),
        reciprocity=reciprocity,
        warmth=warmth,
        kept=held,
    )


def _share(good: Iterable[Deed], all_: list[Deed], rule: AffinityIndexRule) -> Share | None:
    whole = faded((deed.age for deed in all_), rule.half_life_days)
    if whole < rule.known_from:
        return None
    part = faded((deed.age for deed in good), rule.half_life_days)
    return Share(share=micro(part / whole), n=len(all_), events=names(all_))
