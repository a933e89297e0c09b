"""Which weights, points, half-lives and limits are in force?

Source: scoring-model.md sections 2, 3 and 9. `Policy.from_mapping` takes the mapping that policies/scoring.yaml holds
and gives a typed, frozen value; a missing, unknown or impossible entry raises PolicyInvalid with its path.
Example: half_life_days 0 gives "scores.engagement.half_life_days: must be above 0".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.domain.kind_table import KindTable
from scoring.domain.mapping import kind_number
from scoring.domain.reading import PolicyInvalid, Section
from scoring.domain.thresholds import Thresholds

TIERS = ("distant", "brand", "face_to_face", "intimate")
SEGMENTS = ("churned", "potential", "active", "high_value")
PARTS = ("experience", "engagement", "exchange", "evaluation", "evolution")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrunkMean:
    """Half-life in days, prior weight k, prior p0 (0 to 1), and the weight from which the score is known."""

    half_life_days: float
    prior_weight: float
    prior: float
    known_from: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    purchase_half_life_days: float
    purchase_half_point: float
    purchase_share: float
    money_half_life_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolution:
    fast_half_life_days: float
    slow_half_life_days: float
    purchase_points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """Weights in the order of PARTS, summing to 1; a thin part above the mean counts from raise_from to raise_full."""

    weights: tuple[float, ...]
    raise_from: float
    raise_full: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnBands:
    horizon_days: float
    low_below: float
    medium_below: float
    guard_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRule:
    """Holds when every limit holds; a limit that the policy leaves out is one that always holds."""

    segment: int
    r_at_least: int | None
    r_at_most: int | None
    f_at_least: int | None
    m_at_least: int | None
    fm_at_least: int | None
    idle_at_least: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    guard_days: int
    intimate_strength: float
    intimate_personal: float
    intimate_reciprocity: float
    intimate_evaluation: float
    face_to_face_personal: float
    face_to_face_engagement: float
    brand_engagement: float
    brand_exchange: float
    brand_purchase_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Severe:
    window_days: int
    kinds: tuple[int, ...]
    cleared_by: tuple[int, ...]
    cap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDays:
    dormant_from: int
    lost_from: int
    reactivated_gap: int
    reactivated_for: int


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
    segment_guard_days: int
    segment_new_below_days: int
    segment_rules: tuple[SegmentRule, ...]
    tier: Tiers
    severe: Severe
    status: StatusDays
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
            version=top.text("version"),
            kinds=KindTable.read(top.section("kinds")),
            experience=_shrunk_mean(scores.section("experience")),
            engagement_half_life_days=engagement.positive("half_life_days"),
            engagement_half_point=engagement.positive("half_point"),
            exchange=_exchange(scores.section("exchange")),
            evaluation=_shrunk_mean(scores.section("evaluation")),
            evolution=_evolution(scores.section("evolution")),
            strength=_strength(scores.section("strength")),
            personal_half_life_days=personal.positive("half_life_days"),
            personal_weights=_personal_weights(personal.section("kinds")),
            reciprocity_half_life_days=reciprocity.positive("half_life_days"),
            inbound_kinds=_kinds(reciprocity, "inbound"),
            outbound_kinds=_kinds(reciprocity, "outbound"),
            mutual_kinds=_kinds(reciprocity, "mutual"),
            rfm_window_days=rfm.whole("window_days", least=1),
            churn=_churn(scores.section("churn_risk")),
            segment_guard_days=_guard(segment),
            segment_new_below_days=segment.whole("new_below_days"),
            segment_rules=tuple(_segment_rule(each) for each in segment.sections("rules")),
            tier=_tiers(top.section("tier")),
            severe=_severe(top.section("severe")),
            status=_status(top.section("status")),
            fixed=Thresholds.from_mapping(top.take("thresholds")),
        )
        for section in (top, scores, segment, engagement, personal, reciprocity, rfm):
            section.finish()
        return policy


def _guard(section: Section) -> int:
    return section.whole("guard_days", most=365)


def _kinds(section: Section, key: str) -> tuple[int, ...]:
    return tuple(kind_number(name, section.path(key)) for name in section.texts(key))


def _shrunk_mean(section: Section) -> ShrunkMean:
    mean = ShrunkMean(
        half_life_days=section.positive("half_life_days"),
        prior_weight=section.positive("prior_weight"),
        prior=section.number("prior", most=1),
        known_from=section.positive("known_from"),
    )
    section.finish()
    return mean


def _exchange(section: Section) -> Exchange:
    exchange = Exchange(
        purchase_half_life_days=section.positive("purchase_half_life_days"),
        purchase_half_point=section.positive("purchase_half_point"),
        purchase_share=section.number("purchase_share", most=1),
        money_half_life_days=section.positive("money_half_life_days"),
    )
    section.finish()
    return exchange


def _evolution(section: Section) -> Evolution:
    evolution = Evolution(
        fast_half_life_days=section.positive("fast_half_life_days"),
        slow_half_life_days=section.positive("slow_half_life_days"),
        purchase_points=section.positive("purchase_points"),
    )
    if evolution.fast_half_life_days >= evolution.slow_half_life_days:
        raise PolicyInvalid(section.path("fast_half_life_days"), "must be below slow_half_life_days")
    section.finish()
    return evolution


def _strength(section: Section) -> Strength:
    parts = section.section("weights")
    weights = tuple(parts.number(name, most=1) for name in PARTS)
    parts.finish()
    if abs(sum(weights) - 1) > 1e-9:
        raise PolicyInvalid(section.path("weights"), "must sum to 1")
    if weights[1] + weights[2] <= 0:
        raise PolicyInvalid(section.path("weights"), "engagement or exchange must count")
    strength = Strength(
        weights=weights,
        raise_from=section.number("raise_from", most=100),
        raise_full=section.number("raise_full", most=100),
    )
    if strength.raise_from >= strength.raise_full:
        raise PolicyInvalid(section.path("raise_from"), "must be below raise_full")
    section.finish()
    return strength


def _personal_weights(section: Section) -> tuple[tuple[int, float], ...]:
    return tuple((kind_number(name, section.path(name)), section.positive(name)) for name in section.keys())  # noqa: SIM118


def _churn(section: Section) -> ChurnBands:
    churn = ChurnBands(
        horizon_days=section.positive("horizon_days"),
        low_below=section.number("low_below", most=1),
        medium_below=section.number("medium_below", most=1),
        guard_days=_guard(section),
    )
    if churn.low_below > churn.medium_below:
        raise PolicyInvalid(section.path("low_below"), "must not be above medium_below")
    section.finish()
    return churn


def _segment_rule(section: Section) -> SegmentRule:
    name = section.text("segment")
    if name not in SEGMENTS:
        raise PolicyInvalid(section.path("segment"), f"must be one of {', '.join(SEGMENTS)}")

    def limit(key: str) -> int | None:
        return section.whole(key) if section.has(key) else None

    rule = SegmentRule(
        segment=SEGMENTS.index(name),
        r_at_least=limit("r_at_least"),
        r_at_most=limit("r_at_most"),
        f_at_least=limit("f_at_least"),
        m_at_least=limit("m_at_least"),
        fm_at_least=limit("fm_at_least"),
        idle_at_least=limit("idle_at_least"),
    )
    section.finish()
    return rule


def _tiers(section: Section) -> Tiers:
    intimate, face, brand = (section.section(name) for name in ("intimate", "face_to_face", "brand"))
    tiers = Tiers(
        guard_days=_guard(section),
        intimate_strength=intimate.number("strength_at_least", most=100),
        intimate_personal=intimate.number("personal_at_least"),
        intimate_reciprocity=intimate.number("reciprocity_at_least", most=1),
        intimate_evaluation=intimate.number("evaluation_at_least", most=100),
        face_to_face_personal=face.number("personal_above"),
        face_to_face_engagement=face.number("engagement_at_least", most=100),
        brand_engagement=brand.number("engagement_at_least", most=100),
        brand_exchange=brand.number("exchange_at_least", most=100),
        brand_purchase_days=brand.whole("purchase_within_days"),
    )
    for each in (section, intimate, face, brand):
        each.finish()
    return tiers


def _severe(section: Section) -> Severe:
    cap = section.text("cap")
    if cap not in TIERS:
        raise PolicyInvalid(section.path("cap"), f"must be one of {', '.join(TIERS)}")
    severe = Severe(
        window_days=section.whole("window_days"),
        kinds=_kinds(section, "kinds"),
        cleared_by=_kinds(section, "cleared_by"),
        cap=TIERS.index(cap),
    )
    section.finish()
    return severe


def _status(section: Section) -> StatusDays:
    status = StatusDays(
        dormant_from=section.whole("dormant_from_days"),
        lost_from=section.whole("lost_from_days"),
        reactivated_gap=section.whole("reactivated_after_gap_days"),
        reactivated_for=section.whole("reactivated_for_days"),
    )
    if status.dormant_from > status.lost_from:
        raise PolicyInvalid(section.path("dormant_from_days"), "must not be above lost_from_days")
    section.finish()
    return status
