"""Which rules does a policy hold, one typed value each, and how is each read from its section?

Source: scoring-model.md sections 3 and 9. Every reader refuses what is missing, unknown or impossible (reading.py).
Example: `read_status(Section({"dormant_from_days": 180, ...}, "status"))` is a StatusDays.
"""

from dataclasses import dataclass

from scoring.domain.policy.mapping import kind_number
from scoring.domain.policy.reading import MOST, PolicyInvalid, Section

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
    horizon_days: int
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


def read_guard(section: Section) -> int:
    return section.whole("guard_days", most=365)


def read_kinds(section: Section, key: str) -> tuple[int, ...]:
    return tuple(kind_number(name, section.path(key)) for name in section.texts(key))


def read_shrunk_mean(section: Section) -> ShrunkMean:
    mean = ShrunkMean(
        half_life_days=section.positive("half_life_days"),
        prior_weight=section.positive("prior_weight"),
        prior=section.number("prior", most=1),
        known_from=section.positive("known_from"),
    )
    section.finish()
    return mean


def read_exchange(section: Section) -> Exchange:
    exchange = Exchange(
        purchase_half_life_days=section.positive("purchase_half_life_days"),
        purchase_half_point=section.positive("purchase_half_point"),
        purchase_share=section.number("purchase_share", most=1),
        money_half_life_days=section.positive("money_half_life_days"),
    )
    section.finish()
    return exchange


def read_evolution(section: Section) -> Evolution:
    evolution = Evolution(
        fast_half_life_days=section.positive("fast_half_life_days"),
        slow_half_life_days=section.positive("slow_half_life_days"),
        purchase_points=section.positive("purchase_points"),
    )
    if evolution.fast_half_life_days >= evolution.slow_half_life_days:
        raise PolicyInvalid(section.path("fast_half_life_days"), "must be below slow_half_life_days")
    section.finish()
    return evolution


def read_strength(section: Section) -> Strength:
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


def read_personal_weights(section: Section) -> tuple[tuple[int, float], ...]:
    return tuple((kind_number(name, section.path(name)), section.positive(name)) for name in section.keys())  # noqa: SIM118


def read_churn(section: Section) -> ChurnBands:
    churn = ChurnBands(
        horizon_days=section.whole("horizon_days", least=1),
        low_below=section.number("low_below", most=1),
        medium_below=section.number("medium_below", most=1),
        guard_days=read_guard(section),
    )
    if churn.low_below > churn.medium_below:
        raise PolicyInvalid(section.path("low_below"), "must not be above medium_below")
    section.finish()
    return churn


def read_segment_rule(section: Section) -> SegmentRule:
    name = section.text("segment")
    if name not in SEGMENTS:
        raise PolicyInvalid(section.path("segment"), f"must be one of {', '.join(SEGMENTS)}")

    def limit(key: str, least: int = 0, most: float = MOST) -> int | None:
        return section.whole(key, least=least, most=most) if section.has(key) else None

    limits = {key: limit(key, 1, 5) for key in ("r_at_least", "r_at_most", "f_at_least", "m_at_least")}
    limits |= {"fm_at_least": limit("fm_at_least", 2, 10), "idle_at_least": limit("idle_at_least")}
    section.finish()
    if all(each is None for each in limits.values()):
        raise PolicyInvalid(section.path("segment"), "needs a limit beside it: it would hold for everybody")
    return SegmentRule(segment=SEGMENTS.index(name), **limits)


def read_tiers(section: Section) -> Tiers:
    intimate, face, brand = (section.section(name) for name in ("intimate", "face_to_face", "brand"))
    tiers = Tiers(
        guard_days=read_guard(section),
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


def read_severe(section: Section) -> Severe:
    cap = section.text("cap")
    if cap not in TIERS:
        raise PolicyInvalid(section.path("cap"), f"must be one of {', '.join(TIERS)}")
    severe = Severe(
        window_days=section.whole("window_days"),
        kinds=read_kinds(section, "kinds"),
        cleared_by=read_kinds(section, "cleared_by"),
        cap=TIERS.index(cap),
    )
    section.finish()
    return severe


def read_status(section: Section) -> StatusDays:
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
