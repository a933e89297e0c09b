"""Which side of Experience is good, which is not? 使用感受, 服务质量, 品牌形象, 情感共鸣

Source: checklist.md section 1, Experience sub-scores: product, service, brand, emotion. Each is a shrunk mean
100 (k p0 + WQ)/(k + W) with W and WQ decayed (h 180, k 1, p0 .7), known from W .25. What counts where, with weight and
quality (a number, or `answer`), is the policy's list of kinds; beside it answers to single questions named there
(identification: brand). Example: one review of 5 stars today: product 100 (.7 + 1)/2 = 85, the others unknown.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.policy_rules import ShrunkMean
from scoring.domain.policy.read_rule import by_kind, by_name
from scoring.domain.policy.reading import Section
from scoring.domain.portrait.past import Deed, Past, fade, micro, names
from scoring.domain.portrait.unknown import Unknown

ANSWER: Final = "answer"


def _weight_and_quality(section: Section, kind: str) -> tuple[float, float | None]:
    one = section.section(kind)
    return one.positive("weight"), None if one.take("quality") == ANSWER else one.number("quality", most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSources:
    """Weight and quality of each kind, quality None: the answer's own; weight of each single question."""

    kinds: Annotated[Mapping[str, tuple[float, float | None]], by_kind(_weight_and_quality)]
    questions: Annotated[Mapping[str, float], by_name(Section.positive)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperiencePartsRule(ShrunkMean):
    product: PartSources
    service: PartSources
    brand: PartSources
    emotion: PartSources


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperiencePart:
    """`score` 0 to 100 from `n` deeds of decayed weight `weight`."""

    score: float
    weight: float
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperienceParts:
    product: Annotated[ExperiencePart | None, Unknown.TOO_FEW]
    service: Annotated[ExperiencePart | None, Unknown.TOO_FEW]
    brand: Annotated[ExperiencePart | None, Unknown.TOO_FEW]
    emotion: Annotated[ExperiencePart | None, Unknown.TOO_FEW]


def experience_parts(past: Past, rule: ExperiencePartsRule) -> ExperienceParts | Unknown:
    """The sub-scores; TOO_FEW when none is known."""
    product, service, brand, emotion = (
        _part(past, sources, rule) for sources in (rule.product, rule.service, rule.brand, rule.emotion)
    )
    if product is service is brand is emotion is None:
        return Unknown.TOO_FEW
    return ExperienceParts(product=product, service=service, brand=brand, emotion=emotion)


def _part(past: Past, sources: PartSources, rule: ExperiencePartsRule) -> ExperiencePart | None:
    told = list(_evidence(past, sources))
    faded = [(weight * fade(deed.age, rule.half_life_days), quality) for weight, quality, deed in told]
    whole = math.fsum(sorted(weight for weight, _ in faded))
    if whole < rule.known_from:
        return None
    good = math.fsum(sorted(weight * quality for weight, quality in faded))
    return ExperiencePart(
        score=micro(100.0 * (rule.prior_weight * rule.prior + good) / (rule.prior_weight + whole)),
        weight=micro(whole),
        n=len(told),
        events=names(deed for _, _, deed in told),
    )


def _evidence(past: Past, sources: PartSources) -> Iterator[tuple[float, float, Deed]]:
    """(weight, quality, deed) of everything that counts."""
    for kind, (weight, fixed) in sources.kinds.items():
        for deed in past.by_kind.get(kind, ()):
            quality = deed.quality if fixed is None else fixed
            if quality is not None:
                yield weight, quality, deed
    if sources.questions:
        for deed in past.of("survey.answered"):
            for question, _, quality in deed.answers:
                if question in sources.questions:
                    yield sources.questions[question], quality, deed
