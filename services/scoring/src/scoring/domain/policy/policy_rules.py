"""Which rules does a policy hold for scores, segment, tier and status, one typed value each?

Source: scoring-model.md sections 3 and 9; read_rule.py reads each and refuses what is missing, unknown or impossible.
Example: `read_rule(Section({"dormant_from_days": 180, ...}, "status"), StatusDays)`.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from scoring.domain.policy.read_rule import (
    Amount,
    At,
    Guard,
    Kinds,
    OneOrMore,
    Positive,
    Score,
    Share,
    Whole,
    one_of,
    optional,
    share,
    weights_of,
    whole,
)
from scoring.domain.policy.reading import PolicyInvalid, Section

TIERS: Final = ("distant", "brand", "face_to_face", "intimate")
SEGMENTS: Final = ("churned", "potential", "active", "high_value")
PARTS: Final = ("experience", "engagement", "exchange", "evaluation", "evolution")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrunkMean:
    """Half-life in days, prior weight k, prior p0 (0 to 1), and the weight from which the score is known."""

    half_life_days: Positive
    prior_weight: Positive
    prior: Share
    known_from: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    purchase_half_life_days: Positive
    purchase_half_point: Positive
    purchase_share: Share
    money_half_life_days: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolution:
    fast_half_life_days: Positive
    slow_half_life_days: Positive
    purchase_points: Positive

    def check(self, section: Section) -> None:
        if self.fast_half_life_days >= self.slow_half_life_days:
            raise PolicyInvalid(section.path("fast_half_life_days"), "must be below slow_half_life_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """Weights in the order of PARTS; a thin part above the mean counts from raise_from to raise_full."""

    weights: Annotated[tuple[float, ...], weights_of(PARTS, share)]
    raise_from: Score
    raise_full: Score

    def check(self, section: Section) -> None:
        if self.weights[1] + self.weights[2] <= 0:
            raise PolicyInvalid(section.path("weights"), "engagement or exchange must count")
        if self.raise_from >= self.raise_full:
            raise PolicyInvalid(section.path("raise_from"), "must be below raise_full")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnBands:
    horizon_days: OneOrMore
    low_below: Share
    medium_below: Share
    guard_days: Guard

    def check(self, section: Section) -> None:
        if self.low_below > self.medium_below:
            raise PolicyInvalid(section.path("low_below"), "must not be above medium_below")


Rank = Annotated[int | None, optional(whole(least=1, most=5))]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRule:
    """Holds when every limit holds; a limit that the policy leaves out is one that always holds."""

    segment: Annotated[int, one_of(SEGMENTS)]
    r_at_least: Rank
    r_at_most: Rank
    f_at_least: Rank
    m_at_least: Rank
    fm_at_least: Annotated[int | None, optional(whole(least=2, most=10))]
    idle_at_least: Annotated[int | None, optional(Section.whole)]

    def check(self, section: Section) -> None:
        if section.keys() == ["segment"]:
            raise PolicyInvalid(section.path("segment"), "needs a limit beside it: it would hold for everybody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    guard_days: Guard
    intimate_strength: Annotated[Score, At("intimate.strength_at_least")]
    intimate_personal: Annotated[Amount, At("intimate.personal_at_least")]
    intimate_reciprocity: Annotated[Share, At("intimate.reciprocity_at_least")]
    intimate_evaluation: Annotated[Score, At("intimate.evaluation_at_least")]
    face_to_face_personal: Annotated[Amount, At("face_to_face.personal_above")]
    face_to_face_engagement: Annotated[Score, At("face_to_face.engagement_at_least")]
    brand_engagement: Annotated[Score, At("brand.engagement_at_least")]
    brand_exchange: Annotated[Score, At("brand.exchange_at_least")]
    brand_purchase_days: Annotated[Whole, At("brand.purchase_within_days")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Severe:
    """`cap`: the place in TIERS of the highest tier while it lasts."""

    window_days: Whole
    kinds: Kinds
    cleared_by: Kinds
    cap: Annotated[int, one_of(TIERS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDays:
    dormant_from: Annotated[Whole, At("dormant_from_days")]
    lost_from: Annotated[Whole, At("lost_from_days")]
    reactivated_gap: Annotated[Whole, At("reactivated_after_gap_days")]
    reactivated_for: Annotated[Whole, At("reactivated_for_days")]

    def check(self, section: Section) -> None:
        if self.dormant_from > self.lost_from:
            raise PolicyInvalid(section.path("dormant_from_days"), "must not be above lost_from_days")
