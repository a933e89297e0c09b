"""What does each kind of event contribute to a score of one customer?

Source: scoring-model.md sections 3 and 6. The parts of a score sum to it; a part of a saturating score is its share of
what is saturated. Plain Python over one state, beside the columns that say the score itself.
Example: Engagement 42.565 from one attended event is one part, event_attend, 42.565 points.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from scoring.domain.care_formula import satisfaction_table
from scoring.domain.columns import Columns
from scoring.domain.decay import Floats
from scoring.domain.kinds import KINDS
from scoring.domain.orders import worths
from scoring.domain.policy import PARTS, Policy
from scoring.domain.policy_judgements import CARE_PARTS
from scoring.domain.policy_rules import ShrunkMean
from scoring.domain.state import COUNT_BITS, COUNT_MASK, KIND_BITS, KIND_MASK, State
from scoring.domain.thresholds import Thresholds

PURCHASE: Final = "purchase"


class Contribution(NamedTuple):
    """Points of one component; `kinds` are the kinds whose events made it (`purchase`: order events)."""

    component: str
    kind: str | None
    points: float
    kinds: tuple[str, ...]


class Known(NamedTuple):
    """What one customer's state says up to a day, with the rules in force and the batch of one that was scored."""

    state: State
    day: int
    columns: Columns
    policy: Policy
    thresholds: Thresholds


def contributions(score: str, known: Known) -> list[Contribution]:
    """The parts of a known score; raises KeyError for a name that is not in EXPLAINED."""
    return [part for part in EXPLAINED[score](known) if part.points]


def _buckets(known: Known) -> Iterator[tuple[int, int, int, int]]:
    """(kind, age, n, q_milli) of each bucket up to the day."""
    for key, count in sorted(known.state.buckets.items()):
        age = known.day - (key >> KIND_BITS)
        if age >= 0:
            yield key & KIND_MASK, age, count & COUNT_MASK, count >> COUNT_BITS


def _by_kind(terms: Iterable[tuple[int, float]]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for kind, term in terms:
        if term:
            found.setdefault(KINDS[kind], []).append(term)
    return {kind: math.fsum(values) for kind, values in found.items()}


def _points_by_kind(known: Known, half_life: float) -> dict[str, float]:
    table = known.policy.kinds
    return _by_kind(
        (kind, float(table.points[kind]) * min(n, float(table.cap[kind])) * 2 ** (-age / half_life))
        for kind, age, n, _ in _buckets(known)
    )


def _shares(component: str, score: float, terms: dict[str, float]) -> list[Contribution]:
    total = math.fsum(terms.values())
    return (
        [Contribution(component, kind, score * term / total, (kind,)) for kind, term in terms.items()] if total else []
    )


def _engagement(known: Known) -> list[Contribution]:
    terms = _points_by_kind(known, known.policy.engagement_half_life_days)
    return _shares("engagement", float(known.columns.engagement[0]), terms)


def _mean(component: str, known: Known, rule: ShrunkMean, weights: Floats, qualities: Floats) -> list[Contribution]:
    weight, good = [], []
    for kind, age, n, q_milli in _buckets(known):
        if weights[kind]:
            fade = float(weights[kind]) * 2 ** (-age / rule.half_life_days)
            quality = q_milli / 1000 if math.isnan(qualities[kind]) else n * float(qualities[kind])
            weight.append(fade * n)
            good.append((kind, fade * quality, fade * n))
    whole = rule.prior_weight + math.fsum(weight)
    parts = [Contribution(f"{component}.prior", None, 100 * rule.prior_weight * rule.prior / whole, ())]
    present = _by_kind((kind, evidence) for kind, _, evidence in good)
    earned = _by_kind((kind, quality) for kind, quality, _ in good)
    return parts + [Contribution(component, kind, 100 * earned.get(kind, 0.0) / whole, (kind,)) for kind in present]


def _experience(known: Known) -> list[Contribution]:
    table = known.policy.kinds
    return _mean("experience", known, known.policy.experience, table.experience_weight, table.experience_quality)


def _evaluation(known: Known) -> list[Contribution]:
    table = known.policy.kinds
    return _mean("evaluation", known, known.policy.evaluation, table.evaluation_weight, table.evaluation_quality)


def _purchase_days(known: Known) -> list[int]:
    orders, refunds, cancels = known.state.purchases
    days = worths(orders.values(), refunds.values(), cancels)[1]
    return [day for day, until in days if day <= known.day < until]


def _exchange(known: Known) -> list[Contribution]:
    rule = known.policy.exchange
    often = math.fsum(2 ** (-(known.day - day) / rule.purchase_half_life_days) for day in _purchase_days(known))
    part = 100 * rule.purchase_share * (1 - 2 ** (-often / rule.purchase_half_point))
    rest = float(known.columns.exchange[0]) - part
    return [
        Contribution("exchange.purchase_days", PURCHASE, part, (PURCHASE,)),
        Contribution("exchange.net_money", PURCHASE, rest if abs(rest) > 1e-6 else 0.0, (PURCHASE,)),
    ]


def _evolution(known: Known) -> list[Contribution]:
    rule = known.policy.evolution
    terms = _points_by_kind(known, rule.fast_half_life_days)
    bought = math.fsum(2 ** (-(known.day - day) / rule.fast_half_life_days) for day in _purchase_days(known))
    if bought:
        terms[PURCHASE] = rule.purchase_points * bought
    return _shares("evolution", float(known.columns.evolution[0]), terms)


def _strength(known: Known) -> list[Contribution]:
    c = known.columns
    scores = {name: float(getattr(c, name)[0]) for name in PARTS}
    weights = {name: float(c.strength_weights[number][0]) for number, name in enumerate(PARTS)}
    total = math.fsum(weights.values())
    found = []
    for name in PARTS:
        if weights[name]:
            kinds = tuple(dict.fromkeys(kind for part in EXPLAINED[name](known) for kind in part.kinds))
            found.append(Contribution(f"strength.{name}", None, weights[name] * scores[name] / total, kinds))
    return found


def _personal_contact(known: Known) -> list[Contribution]:
    weights, half_life = dict(known.policy.personal_weights), known.policy.personal_half_life_days
    terms = _by_kind((kind, weights.get(kind, 0.0) * 2 ** (-age / half_life)) for kind, age, _, _ in _buckets(known))
    return [Contribution("personal_contact", kind, term, (kind,)) for kind, term in terms.items()]


def _reciprocity(known: Known) -> list[Contribution]:
    policy, half_life = known.policy, known.policy.reciprocity_half_life_days
    terms = _by_kind((kind, n * 2 ** (-age / half_life)) for kind, age, n, _ in _buckets(known))

    def side(kinds: tuple[int, ...]) -> dict[str, float]:
        return {KINDS[kind]: terms[KINDS[kind]] for kind in (*kinds, *policy.mutual_kinds) if KINDS[kind] in terms}

    theirs, ours = side(policy.inbound_kinds), side(policy.outbound_kinds)
    smaller = min(theirs, ours, key=lambda each: math.fsum(each.values()))
    return _shares("reciprocity", float(known.columns.reciprocity[0]), smaller)


def _churn_risk(known: Known) -> list[Contribution]:
    days, rule = _purchase_days(known), known.thresholds
    tenure = known.day - days[0]
    exposure = max(rule.churn_h / math.log(2) * (1 - 2 ** (-tenure / rule.churn_h)), known.day - days[-1])
    seen = rule.churn_alpha + exposure
    silence = (seen / (seen + known.policy.churn.horizon_days)) ** rule.churn_r
    return [
        Contribution("churn_risk.silence", PURCHASE, silence, (PURCHASE,)),
        Contribution("churn_risk.repeats", PURCHASE, float(known.columns.churn_risk[0]) - silence, (PURCHASE,)),
    ]


def _trust(known: Known) -> list[Contribution]:
    rule = known.policy.trust
    prior = (rule.prior_weight, rule.prior)
    return _kept_and_missed(
        "trust", known, float(known.columns.trust[0]), rule.half_life_days, prior, ("promise_kept", "promise_broken")
    )


def _feedback(known: Known) -> list[Contribution]:
    half_life, kinds = known.policy.care.cf_half_life_days, ("feedback_closed", "feedback_missed")
    return _kept_and_missed("care.cf", known, float(known.columns.care_cf[0]), half_life, (1.0, 0.5), kinds)


def _kept_and_missed(
    component: str, known: Known, score: float, half_life: float, prior: tuple[float, float], kinds: tuple[str, str]
) -> list[Contribution]:
    """What the prior and the good ones alone would give, and what the bad ones take away from it."""
    counts = _by_kind((kind, n * 2 ** (-age / half_life)) for kind, age, n, _ in _buckets(known))
    good, calm = counts.get(kinds[0], 0.0), prior[0] + counts.get(kinds[0], 0.0)
    start, earned = 100 * prior[0] * prior[1] / calm, 100 * good / calm
    lost = score - start - earned if counts.get(kinds[1]) else 0.0
    return [
        Contribution(f"{component}.prior", None, start, ()),
        Contribution(component, kinds[0], earned, (kinds[0],)),
        Contribution(component, kinds[1], lost, (kinds[1],)),
    ]


def _clv(known: Known) -> list[Contribution]:
    """What the company's mean order would earn at this customer's pace, and what the customer's own orders change."""
    c, thresholds, rule = known.columns, known.thresholds, known.policy.clv
    worth = float(c.clv_minor[0])
    usual = float(c.clv_yearly_orders[0]) * thresholds.m0_minor * rule.margin / math.sqrt(1 + rule.yearly_discount)
    return [
        Contribution("clv.pace", PURCHASE, usual, (PURCHASE,)),
        Contribution("clv.order_size", PURCHASE, worth - usual, (PURCHASE,)),
    ]


def _satisfaction(known: Known) -> list[Contribution]:
    return _mean("care.cs", known, known.policy.care.cs, *satisfaction_table())


def _health(known: Known) -> list[Contribution]:
    c = known.columns
    explained: dict[str, Callable[[Known], list[Contribution]]] = {
        "cs": _satisfaction,
        "cl": _churn_risk,
        "cv": lambda _: [Contribution("care.cv", PURCHASE, 0.0, (PURCHASE,))],
        "ce": _experience,
        "cf": _feedback,
    }
    total = math.fsum(float(weights[0]) for weights in c.care_weights)
    found = []
    for number, name in enumerate(CARE_PARTS):
        weight = float(c.care_weights[number][0])
        if weight:
            kinds = tuple(dict.fromkeys(kind for part in explained[name](known) for kind in part.kinds))
            points = weight * float(getattr(c, f"care_{name}")[0]) / total
            found.append(Contribution(f"care.{name}", None, points, kinds))
    return found


EXPLAINED: Final[dict[str, Callable[[Known], list[Contribution]]]] = {
    "experience": _experience,
    "engagement": _engagement,
    "exchange": _exchange,
    "evaluation": _evaluation,
    "evolution": _evolution,
    "strength": _strength,
    "personal_contact": _personal_contact,
    "reciprocity": _reciprocity,
    "trust": _trust,
    "churn_risk": _churn_risk,
    "clv_minor": _clv,
    "care.health": _health,
    "care.cs": _satisfaction,
    "care.cf": _feedback,
}
