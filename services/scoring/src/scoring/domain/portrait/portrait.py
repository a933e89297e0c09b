"""Who is this customer, beyond the scores? Everything that is drawn from their own events on reading a card.

Source: http-api.md section 4 (`habits`, `preferences`), checklist.md (rows of scoring). Each question has a file
named after it; a question without an answer is null, with its code in `unknown`. Figures carry their reasons: how
many deeds (`n`) and the newest of them (`events`, "source/id").
Interface: `draw(read_past(interactions, ...), columns, i, policy, thresholds, ...) -> Drawn`.
Example: somebody of whom nothing is known: habits null (no_purchase), preferences null (no_events).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from scoring.domain.columns import Columns
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.portrait.affinity_index import AffinityIndex, affinity_index
from scoring.domain.portrait.axes import Axes, axes
from scoring.domain.portrait.balance import Balance, balance
from scoring.domain.portrait.brand_identification import BrandIdentification, brand_identification
from scoring.domain.portrait.card_figures import CardFigures
from scoring.domain.portrait.category_affinity import CategoryAffinity, category_affinity
from scoring.domain.portrait.consent import profiling_refused
from scoring.domain.portrait.contactability import Contactability, contactability
from scoring.domain.portrait.cross_sell import CrossSell, Pair, cross_sell
from scoring.domain.portrait.distant import Distance, Standing, distance
from scoring.domain.portrait.effort import Effort, effort
from scoring.domain.portrait.expectation_gap import ExpectationGap, expectation_gap
from scoring.domain.portrait.experience_parts import ExperienceParts, experience_parts
from scoring.domain.portrait.fit import Fit, fit
from scoring.domain.portrait.habits import Habits, habits
from scoring.domain.portrait.loyalty import Loyalty, loyalty
from scoring.domain.portrait.membership import Membership, membership
from scoring.domain.portrait.outside_events import Marker, outside_events
from scoring.domain.portrait.pain import Pain, pain
from scoring.domain.portrait.past import Past
from scoring.domain.portrait.preferences import Preferences, preferences
from scoring.domain.portrait.price_sensitivity import PriceSensitivity, price_sensitivity
from scoring.domain.portrait.profile_quality import ProfileQuality, profile_quality
from scoring.domain.portrait.project_stage import ProjectStage, project_stage
from scoring.domain.portrait.referral import ReferralValue, referral_value
from scoring.domain.portrait.relation_type import Relation, relation
from scoring.domain.portrait.reply_latency import ReplyLatency, reply_latency, waits_too_long
from scoring.domain.portrait.stickiness import Stickiness, stickiness
from scoring.domain.portrait.unknown import Unknown, codes
from scoring.domain.portrait.value import Value, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A null has its code in the card's `unknown`. `is_cut`: only the newest `events_read` events were read."""

    relation: Relation | None
    axes: Axes | None
    distance: Distance | None
    value: Value | None
    loyalty: Loyalty | None
    referral: ReferralValue | None
    membership: Membership | None
    balance: Balance | None
    affinity_index: AffinityIndex | None
    reply_latency: ReplyLatency | None
    contactability: Contactability | None
    stickiness: Stickiness | None
    brand_identification: BrandIdentification | None
    experience_parts: ExperienceParts | None
    expectation_gap: ExpectationGap | None
    pain: Pain | None
    effort: Effort | None
    fit: Fit | None
    category_affinity: CategoryAffinity | None
    cross_sell: CrossSell | None
    price_sensitivity: PriceSensitivity | None
    profile_quality: ProfileQuality | None
    project_stage: ProjectStage | None
    outside_events: tuple[Marker, ...]
    profiling_refused: bool
    events_read: int
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a reader of the card is told beside it."""

    habits: Habits | None
    preferences: Preferences | None
    portrait: Portrait
    unknown: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the events do not say: pairs of categories over the base, lifetime values of referred customers."""

    pairs: Iterable[Pair] = ()
    referred_minor: Mapping[str, int] | None = None


def draw(
    past: Past,
    columns: Columns,
    i: int,
    *,
    policy: Policy,
    thresholds: Thresholds,
    around: Around,
    zone: tzinfo,
    currency: str,
) -> Drawn:
    """The portrait of the i-th customer of the columns, whose past it is."""
    rules, card, refused = policy.portrait, CardFigures(columns, i), profiling_refused(past)
    likes = preferences(past, rules.preferences, refused=refused)
    told = () if isinstance(likes, Unknown) else likes.facts
    member = membership(past)
    is_member = not isinstance(member, Unknown) and member.is_paid_member
    referrals = referral_value(
        past,
        rules.referral,
        around.referred_minor or {},
        m0_minor=thresholds.m0_minor,
        margin=policy.clv.margin,
    )
    warmth = affinity_index(past, rules.affinity_index, reciprocity=card.known("reciprocity"))
    brand = brand_identification(past, rules.brand_identification, is_paid_member=is_member)
    parts = experience_parts(past, rules.experience_parts)
    emotion = None if isinstance(parts, Unknown) or parts.emotion is None else parts.emotion.score
    minds = axes(
        past,
        rules.axes,
        feelings=(card.known("evaluation"), _score(warmth), _score(brand), emotion),
        exchange=card.figure("exchange"),
        engagement=card.figure("engagement"),
    )
    reach = contactability(past, rules.contactability)
    prices = Unknown.REFUSED if refused else price_sensitivity(past, rules.price_sensitivity)
    replies = reply_latency(past, rules.reply_latency)
    standing = Standing(
        tier=card.tier,
        is_severe=card.is_severe,
        experience=card.known("experience"),
        idle_days=card.idle_days,
        contactability=_score(reach),
        price_tag=None if isinstance(prices, Unknown) else prices.tag,
        waits_too_long=waits_too_long(past, replies, rules.reply_latency, zone),
        category_shifted=not isinstance(likes, Unknown)
        and any(shift.key == "category" and shift.source == "shown" for shift in likes.shifts),
        cognition=0.0 if isinstance(minds, Unknown) else minds.cognition,
    )
    found: dict[str, Any] = {  # each an answer or an Unknown
        "relation": relation(past, rules.relation, is_key_account=card.is_key_account, is_paid_member=is_member),
        "axes": minds,
        "distance": distance(past, rules.distant, standing),
        "value": value(past, rules.value, card.expected(past, policy, thresholds)),
        "loyalty": loyalty(past, rules.loyalty),
        "referral": referrals,
        "membership": member,
        "balance": balance(
            past,
            rules.balance,
            margin=policy.clv.margin,
            referral_minor=0 if isinstance(referrals, Unknown) else referrals.value_minor,
            currency=currency,
        ),
        "affinity_index": warmth,
        "reply_latency": replies,
        "contactability": reach,
        "stickiness": stickiness(past, rules.stickiness),
        "brand_identification": brand,
        "experience_parts": parts,
        "expectation_gap": expectation_gap(past, rules.expectation_gap, zone),
        "pain": pain(past, rules.pain),
        "effort": effort(past, rules.effort),
        "fit": fit(past, rules.fit, told),
        "category_affinity": Unknown.REFUSED if refused else category_affinity(past, rules.category_affinity),
        "cross_sell": cross_sell(past, around.pairs, rules.cross_sell, refused=refused),
        "price_sensitivity": prices,
        "profile_quality": profile_quality(past, rules.profile_quality),
        "project_stage": project_stage(past, rules.project_stage),
    }
    usual = Unknown.REFUSED if refused else habits(past, rules.habits)
    unknown: dict[str, str] = {}
    within = {f"portrait.{name}": answer for name, answer in found.items()}
    for path, answer in {"habits": usual, "preferences": likes, **within}.items():
        unknown.update({path: answer.value} if isinstance(answer, Unknown) else codes(path, answer))
    return Drawn(
        habits=None if isinstance(usual, Unknown) else usual,
        preferences=None if isinstance(likes, Unknown) else likes,
        portrait=Portrait(
            **{name: None if isinstance(answer, Unknown) else answer for name, answer in found.items()},
            outside_events=outside_events(past, rules.outside_events),
            profiling_refused=refused,
            events_read=len(past.deeds),
            is_cut=past.is_cut,
        ),
        unknown=unknown,
    )


def _score(answer: AffinityIndex | BrandIdentification | Contactability | Unknown) -> float | None:
    return None if isinstance(answer, Unknown) else answer.score
