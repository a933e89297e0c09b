"""Which weights, points, half-lives and limits are in force?

Source: scoring-model.md sections 2, 3 and 9. `Policy.from_mapping` takes the mapping that policies/scoring.yaml holds
and gives a typed, frozen value; a missing, unknown or impossible entry raises PolicyInvalid with its path.
Example: half_life_days 0 gives "scores.engagement.half_life_days: must be above 0".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.domain.policy.kind_table import KindTable
from scoring.domain.policy.policy_calibration import CalibrationRule, QualityRule, read_calibration, read_quality
from scoring.domain.policy.policy_judgements import (
    STAGES,
    CareRule,
    ClvRule,
    StageRule,
    TrustRule,
    read_care,
    read_clv,
    read_stage,
    read_trust,
)
from scoring.domain.policy.policy_portrait import PortraitRules, read_portrait
from scoring.domain.policy.policy_reports import ReportsRule, read_reports
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
    read_churn,
    read_evolution,
    read_exchange,
    read_guard,
    read_kinds,
    read_personal_weights,
    read_segment_rule,
    read_severe,
    read_shrunk_mean,
    read_status,
    read_strength,
    read_tiers,
)
from scoring.domain.policy.reading import Section
from scoring.domain.policy.thresholds import Thresholds

__all__ = ["PARTS", "SEGMENTS", "STAGES", "TIERS", "Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of scoring.yaml. `fixed` are the thresholds that serve until a calibration."""

    version: str
    kinds: KindTable
    experience: ShrunkMean
    engagement_half_life_days: float
    engagement_half_point: float
    exchange: Exchange
    evaluation: ShrunkMean
    evolution: Evolution
    strength: Strength
    personal_half_life_days: float
    personal_weights: tuple[tuple[int, float], ...]
    reciprocity_half_life_days: float
    inbound_kinds: tuple[int, ...]
    outbound_kinds: tuple[int, ...]
    mutual_kinds: tuple[int, ...]
    rfm_window_days: int
    churn: ChurnBands
    trust: TrustRule
    clv: ClvRule
    segment_guard_days: int
    segment_new_below_days: int
    segment_rules: tuple[SegmentRule, ...]
    tier: Tiers
    severe: Severe
    status: StatusDays
    stage: StageRule
    care: CareRule
    calibration: CalibrationRule
    quality: QualityRule
    portrait: PortraitRules
    reports: ReportsRule
    fixed: Thresholds

    @property
    def guard_days(self) -> int:
        """The longest guard: how many days before the as-of day are looked at."""
        return max(self.segment_guard_days, self.tier.guard_days, self.churn.guard_days)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Policy":
        """Check and type a policy mapping. Raises PolicyInvalid(path, why)."""
        top = Section(mapping, "")
        scores = top.section("scores")
        segment, engagement = top.section("segment"), scores.section("engagement")
        personal, reciprocity, rfm = (scores.section(name) for name in ("personal_contact", "reciprocity", "rfm"))
        policy = cls(
            version=top.name("version"),
            kinds=KindTable.read(top.section("kinds")),
            experience=read_shrunk_mean(scores.section("experience")),
            engagement_half_life_days=engagement.positive("half_life_days"),
            engagement_half_point=engagement.positive("half_point"),
            exchange=read_exchange(scores.section("exchange")),
            evaluation=read_shrunk_mean(scores.section("evaluation")),
            evolution=read_evolution(scores.section("evolution")),
            strength=read_strength(scores.section("strength")),
            personal_half_life_days=personal.positive("half_life_days"),
            personal_weights=read_personal_weights(personal.section("kinds")),
            reciprocity_half_life_days=reciprocity.positive("half_life_days"),
            inbound_kinds=read_kinds(reciprocity, "inbound"),
            outbound_kinds=read_kinds(reciprocity, "outbound"),
            mutual_kinds=read_kinds(reciprocity, "mutual"),
            rfm_window_days=rfm.whole("window_days", least=1),
            churn=read_churn(scores.section("churn_risk")),
            trust=read_trust(scores.section("trust")),
            clv=read_clv(scores.section("clv")),
            segment_guard_days=read_guard(segment),
            segment_new_below_days=segment.whole("new_below_days"),
            segment_rules=tuple(read_segment_rule(each) for each in segment.sections("rules")),
            tier=read_tiers(top.section("tier")),
            severe=read_severe(top.section("severe")),
            status=read_status(top.section("status")),
            stage=read_stage(top.section("stage")),
            care=read_care(top.section("care")),
            calibration=read_calibration(top.section("key_account"), top.section("calibration")),
            quality=read_quality(top.section("quality")),
            portrait=read_portrait(top.section("portrait")),
            reports=read_reports(top.section("reports")),
            fixed=Thresholds.from_mapping(top.take("thresholds")),
        )
        for section in (top, scores, segment, engagement, personal, reciprocity, rfm):
            section.finish()
        return policy
