"""How far does the customer make the brand their own? 品牌认同, 价值观, 社会责任感

Source: checklist.md section 3, brand relation: follow, share, member, values items. P = D_365 of the policy's points a
deed (follow 3, share 4, ugc 4, brand 5, community 3, event_attend 3), at most one deed a kind and day, + 5 while a
paid membership runs + 10 x the newest answer (0 to 1) to each identification question; score = 100 (1 - 2^(-P/10));
an account that was unfollowed since takes its follow back.
Example: followed and joined a charity day today: P 8, 100 (1 - 2^-.8) = 42.565082.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import Amount, Positive, by_kind, by_name
from scoring.domain.policy.reading import Section
from scoring.domain.portrait.past import Deed, Past, fade, micro, names, saturated
from scoring.domain.portrait.unknown import Unknown

FOLLOW: Final = "follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRule:
    half_life_days: Positive
    half_point: Positive
    points: Annotated[Mapping[str, float], by_kind(Section.positive)]
    member_points: Amount
    questions: Annotated[Mapping[str, float], by_name(Section.positive)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandIdentification:
    """`score` 0 to 100 from `points`."""

    score: float
    points: float
    by_kind: dict[str, float]
    n: int
    events: tuple[str, ...]


def brand_identification(past: Past, rule: BrandRule, *, is_paid_member: bool) -> BrandIdentification | Unknown:
    """The score on the day; NO_EVENTS without anything that counts."""
    told: list[Deed] = []
    by_kind: dict[str, float] = {}
    for kind, points in rule.points.items():
        deeds = {deed.age: deed for deed in _standing(past, kind)}
        if deeds:
            by_kind[kind] = micro(points * math.fsum(fade(age, rule.half_life_days) for age in sorted(deeds)))
            told += deeds.values()
    newest: dict[str, tuple[float, Deed]] = {}
    for deed in past.of("survey.answered"):
        for question, _, quality in deed.answers:
            if question in rule.questions:
                newest[question] = (quality, deed)
    for question, (quality, deed) in newest.items():
        by_kind[question] = micro(rule.questions[question] * quality * fade(deed.age, rule.half_life_days))
        told.append(deed)
    if is_paid_member and rule.member_points:
        by_kind["member"] = rule.member_points
    if not by_kind:
        return Unknown.NO_EVENTS
    whole = math.fsum(sorted(by_kind.values()))
    return BrandIdentification(
        score=micro(100.0 * saturated(whole, rule.half_point)),
        points=micro(whole),
        by_kind=dict(sorted(by_kind.items())),
        n=len(told),
        events=names(told),
    )


def _standing(past: Past, kind: str) -> list[Deed]:
    deeds = past.of_kinds(kind)
    left = past.of("account.unfollowed") if kind == FOLLOW else []
    return [deed for deed in deeds if not left or deed > left[-1]]
