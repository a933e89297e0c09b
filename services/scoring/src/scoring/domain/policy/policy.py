"""Which weights, points, half-lives and limits are in force?

Source: scoring-model.md sections 2, 3 and 9. `Policy.from_mapping` takes the mapping that policies/scoring.yaml holds
and gives a typed, frozen value; a missing, unknown or impossible entry raises PolicyInvalid with its path.
Example: half_life_days 0 gives "scores.engagement.half_life_days: must be above 0".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from scoring.domain.policy.kind_table import KindTable
from scoring.domain.policy.policy_calibration import CalibrationRule, QualityRule, TopShare
from scoring.domain.policy.policy_judgements import STAGES, CareRule, ClvRule, StageRule, TrustRule
from scoring.domain.policy.policy_portrait import PortraitRules
from scoring.domain.policy.policy_reports import ReportsRule
from scoring.domain.policy.policy_rules import (
    PARTS,
    SEGMENTS,
    TIERS,
    ChurnBands,
    Evolution,
    Exchange,
    SegmentRule,
    Severe,
    ShrunkMean,
    StatusDays,
    Strength,
    Tiers,
)
from scoring.domain.policy.read_rule import (
    At,
    Guard,
    Kinds,
    OneOrMore,
    Positive,
    Whole,
    by_kind,
    inners,
    read_rule,
)
from scoring.domain.policy.reading import Section
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.kinds import KIND_ID

__all__ = ["PARTS", "SEGMENTS", "STAGES", "TIERS", "Policy"]


def _kinds(section: Section, key: str) -> KindTable:
    return KindTable.read(section.section(key))


def _personal_weights(section: Section, key: str) -> tuple[tuple[int, float], ...]:
    return tuple((KIND_ID[name], weight) for name, weight in by_kind(Section.positive)(section, key).items())


def _fixed(section: Section, key: str) -> Thresholds:
    return Thresholds.from_mapping(section.take(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of scoring.yaml. `fixed` are the thresholds that serve until a calibration."""

    version: Annotated[str, Section.name]
    kinds: Annotated[KindTable, _kinds]
    experience: Annotated[ShrunkMean, At("scores.experience")]
    engagement_half_life_days: Annotated[Positive, At("scores.engagement.half_life_days")]
    engagement_half_point: Annotated[Positive, At("scores.engagement.half_point")]
    exchange: Annotated[Exchange, At("scores.exchange")]
    evaluation: Annotated[ShrunkMean, At("scores.evaluation")]
    evolution: Annotated[Evolution, At("scores.evolution")]
    strength: Annotated[Strength, At("scores.strength")]
    personal_half_life_days: Annotated[Positive, At("scores.personal_contact.half_life_days")]
    personal_weights: Annotated[tuple[tuple[int, float], ...], _personal_weights, At("scores.personal_contact.kinds")]
    reciprocity_half_life_days: Annotated[Positive, At("scores.reciprocity.half_life_days")]
    inbound_kinds: Annotated[Kinds, At("scores.reciprocity.inbound")]
    outbound_kinds: Annotated[Kinds, At("scores.reciprocity.outbound")]
    mutual_kinds: Annotated[Kinds, At("scores.reciprocity.mutual")]
    rfm_window_days: Annotated[OneOrMore, At("scores.rfm.window_days")]
    churn: Annotated[ChurnBands, At("scores.churn_risk")]
    trust: Annotated[TrustRule, At("scores.trust")]
    clv: Annotated[ClvRule, At("scores.clv")]
    segment_guard_days: Annotated[Guard, At("segment.guard_days")]
    segment_new_below_days: Annotated[Whole, At("segment.new_below_days")]
    segment_rules: Annotated[tuple[SegmentRule, ...], inners(SegmentRule), At("segment.rules")]
    tier: Tiers
    severe: Severe
    status: StatusDays
    stage: StageRule
    care: CareRule
    key_account_share: Annotated[TopShare, At("key_account.top_share")]
    calibration: CalibrationRule
    quality: QualityRule
    portrait: PortraitRules
    reports: ReportsRule
    fixed: Annotated[Thresholds, _fixed, At("thresholds")]

    @property
    def guard_days(self) -> int:
        """The longest guard: how many days before the as-of day are looked at."""
        return max(self.segment_guard_days, self.tier.guard_days, self.churn.guard_days)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Policy":
        """Check and type a policy mapping. Raises PolicyInvalid(path, why)."""
        return read_rule(Section(mapping, ""), cls)
