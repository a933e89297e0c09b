"""How does the customer know, feel and act towards us? 认知, 情感, 行为

Source: checklist.md section 3: relation = cognition, emotion, behaviour, three axes beside the tier. Each 0 to 100.
Cognition = 100 (1 - 2^(-P/20)), P = D_180 of visits, clicks, brand and community deeds, messages to us and events at
the policy's points, at most 3 a kind and day. Emotion = mean of the known among Evaluation, affinity index, brand
identification and the emotion sub-score. Behaviour = mean of Exchange and Engagement.
Example: Exchange 40, Engagement 20, Evaluation 80, nothing else: behaviour 30, emotion 80.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import Positive, by_kind
from scoring.domain.policy.reading import Section
from scoring.domain.portrait.past import Past, fade, micro, names, saturated
from scoring.domain.portrait.unknown import Unknown

MOST_A_DAY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AxesRule:
    half_life_days: Positive
    half_point: Positive
    points: Annotated[Mapping[str, float], by_kind(Section.positive)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """0 to 100 each; `n` and `events` are those of cognition, the other two rest on scores with their own reasons."""

    cognition: float
    emotion: Annotated[float | None, Unknown.TOO_FEW]
    behaviour: float
    n: int
    events: tuple[str, ...]


def axes(
    past: Past, rule: AxesRule, *, feelings: Sequence[float | None], exchange: float, engagement: float
) -> Axes | Unknown:
    """The three axes; NO_EVENTS when nothing is recorded yet. `feelings`: the scores that emotion is the mean of."""
    if not past.deeds:
        return Unknown.NO_EVENTS
    counts: dict[tuple[str, int], int] = {}
    told = []
    for deed in past.deeds:
        for kind in deed.kinds:
            if kind in rule.points:
                counts[kind, deed.age] = counts.get((kind, deed.age), 0) + 1
                told.append(deed)
    terms = [
        rule.points[kind] * min(n, MOST_A_DAY) * fade(age, rule.half_life_days) for (kind, age), n in counts.items()
    ]
    known = [each for each in feelings if each is not None]
    return Axes(
        cognition=micro(100.0 * saturated(math.fsum(sorted(terms)), rule.half_point)),
        emotion=micro(math.fsum(known) / len(known)) if known else None,
        behaviour=micro((exchange + engagement) / 2.0),
        n=len(told),
        events=names(told),
    )
