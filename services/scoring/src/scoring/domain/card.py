"""Where does each relationship stand on a day? The one scoring function, and the card that is shown and published.

Source: scoring-model.md sections 1, 3 and 8; the card's shape is events.md section 4.

Interface:
    policy = Policy.from_mapping(mapping)                    # thresholds: policy.fixed, or Thresholds.from_mapping(...)
    found = effects(type, data, time, source, id, policy, zone, Money(base_currency="CNY"))
    state = State(); state.apply(found)                      # State.union(...), .encode(), State.decode(row)
    columns = score(pack([state.encode(), ...]), as_of, policy, thresholds)   # as_of: a date; a few thousand rows
    card(columns, i, customer="c_...", currency="CNY")       # -> dict, or Cards(columns, "CNY").card(i, customer)
    published(columns)                                       # changes.py: bytes a customer, to compare with the last
Example: no event at all: every score null or 0, segment potential, tier distant, status null.
"""

from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np

from scoring.domain.bond import bond
from scoring.domain.care_formula import care
from scoring.domain.churn import BANDS, shown_band
from scoring.domain.clv import clv
from scoring.domain.columns import Columns
from scoring.domain.decay import Grid, to_micro
from scoring.domain.fields import Few, Field, Same, figures, named, value_on
from scoring.domain.key_account import key_account
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS, Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.rfm import CHINESE, NAMED, chinese
from scoring.domain.rfm import named as named_segment
from scoring.domain.segment import segment, shown_segment
from scoring.domain.severe import severe
from scoring.domain.stage import shown_stage
from scoring.domain.standing import standing
from scoring.domain.state.arrays import Arrays
from scoring.domain.state.days import date_of, day_number
from scoring.domain.status import STATUSES, status
from scoring.domain.tier import INTIMATE, intimate, intimate_in_guard, shown_tier, tier_without_bond
from scoring.domain.trust import trust

_OF_BUYERS: Final = (
    "rfm.recency_days",
    "rfm.r",
    "rfm.f",
    "rfm.m",
    "rfm.named",
    "rfm.chinese",
    "status",
    "churn_risk",
    "churn_band",
    "clv_minor",
    "care.health",
    "care.priority",
    "care.cl",
    "care.cv",
)
_RANKS: Final = (None, 1, 2, 3, 4, 5)
_KNOWN: Final = 2
_ASKED: Final = (2, 3, 3, 2, 2, 2, 2, 2, 3, 3)  # how many answers each question of _codes_of_nulls has
_NO_PURCHASE: Final = dict.fromkeys(_OF_BUYERS, "no_purchase")


def score(arrays: Arrays, as_of: date, policy: Policy, thresholds: Thresholds) -> Columns:
    """Every column of the card as of the day, from the states alone. Memory: about 5 kB a customer while it runs."""
    grid = Grid(as_of=day_number(as_of), guard=policy.guard_days, size=arrays.size)
    stands = standing(grid, arrays, policy, thresholds)
    bound = bond(
        grid.today,
        arrays.buckets,
        points=stands.points.of_today(),
        purchases=stands.purchases.of_today(),
        engagement=stands.engagement[:1],
        exchange=stands.exchange[:1],
        policy=policy,
    )
    trouble = severe(grid, arrays.buckets, policy)
    bought, values = stands.bought[0], stands.rfm
    raw_segment = segment(values, stands.bought, policy)
    raw_tier = tier_without_bond(stands, policy)
    close = intimate(bound, stands.personal[:1], policy)[0]
    was_close = intimate_in_guard(grid, arrays, stands, close, policy)
    r, f, m = values.r[0], values.f[0], values.m[0]
    worth = clv(grid, arrays.worths, stands.buying, policy, thresholds)
    cared = care(
        grid,
        arrays.buckets,
        experience=bound.experience,
        risk=stands.risk[0],
        monetary_minor=values.monetary_minor,
        bought=bought,
        severe=trouble,
        policy=policy,
        thresholds=thresholds,
    )
    return Columns(
        size=arrays.size,
        as_of=grid.as_of,
        policy_version=policy.version,
        thresholds_version=thresholds.version,
        experience=to_micro(bound.experience.score[0]),
        experience_known=bound.experience.known[0],
        experience_ever=bound.experience.ever[0],
        engagement=to_micro(stands.engagement[0]),
        exchange=to_micro(stands.exchange[0]),
        evaluation=to_micro(bound.evaluation.score[0]),
        evaluation_known=bound.evaluation.known[0],
        evaluation_ever=bound.evaluation.ever[0],
        evolution=to_micro(bound.evolution[0]),
        evolution_known=bound.evolving[0],
        strength=to_micro(bound.strength.score[0]),
        strength_known=bound.strength.known[0],
        strength_weights=tuple(weights[0] for weights in bound.strength.weights),
        coverage=to_micro(bound.strength.coverage[0]),
        trust=to_micro(trust(grid.today, arrays.buckets, policy)[0]),
        personal_contact=to_micro(stands.personal[0]),
        reciprocity=to_micro(bound.reciprocity.score[0]),
        reciprocity_known=bound.reciprocity.known[0],
        severe=trouble,
        bought=bought,
        recency_days=values.idle[0],
        frequency=values.frequency,
        monetary_minor=values.monetary_minor,
        r=r,
        f=f,
        m=m,
        raw_segment=raw_segment[0],
        segment=shown_segment(raw_segment, policy),
        named=named_segment(r, f, m, grid.as_of - stands.first[0], policy),
        chinese=chinese(r, f, m),
        raw_tier=np.where(close, np.int8(INTIMATE), raw_tier[0]),
        tier=shown_tier(raw_tier, was_close, trouble, policy),
        stage=shown_stage(grid, arrays, policy, thresholds),
        status=status(grid, arrays.purchases, values.idle[0], bought, policy),
        key_account=key_account(values.monetary_minor, thresholds),
        churn_risk=np.where(bought, to_micro(stands.risk[0]), 1.0),
        churn_band=shown_band(stands.risk, policy),
        clv_minor=worth.minor,
        clv_yearly_orders=worth.yearly_orders,
        clv_mean_order_minor=worth.mean_order_minor,
        care_health=to_micro(cared.health),
        care_priority=to_micro(cared.priority),
        care_priority_known=cared.priority_known,
        care_coverage=to_micro(cared.coverage),
        care_weights=cared.weights,
        care_cs=to_micro(cared.cs.score[0]),
        care_cs_known=cared.cs.known[0],
        care_cs_ever=cared.cs.ever[0],
        care_cl=to_micro(cared.cl),
        care_cv=to_micro(cared.cv),
        care_ce=to_micro(bound.experience.score[0]),
        care_cf=to_micro(cared.cf),
        care_cf_known=cared.cf_known,
        care_cf_ever=cared.cf_ever,
    )


def card(columns: Columns, i: int, *, customer: str, currency: str) -> dict[str, Any]:
    """The card of one customer of the batch; for many, make one Cards and ask it."""
    return Cards(columns, currency).card(i, customer)


Fields = dict[str, Field]


class Cards:
    """The cards of a batch; turns the columns into Python values once.

    `fields` holds all but the customer, by dotted path in the card's order.
    """

    def __init__(self, columns: Columns, currency: str) -> None:
        c = columns
        self.fields: Fields = {
            "as_of": Same(date_of(c.as_of).isoformat()),
            "scores.experience": figures(c.experience, c.experience_known),
            "scores.engagement": c.engagement.tolist(),
            "scores.exchange": c.exchange.tolist(),
            "scores.evaluation": figures(c.evaluation, c.evaluation_known),
            "scores.evolution": figures(c.evolution, c.evolution_known),
            "scores.strength": figures(c.strength, c.strength_known),
            "scores.coverage": c.coverage.tolist(),
            "scores.trust": c.trust.tolist(),
            "scores.personal_contact": c.personal_contact.tolist(),
            "scores.reciprocity": figures(c.reciprocity, c.reciprocity_known),
            "severe": Few(c.severe.astype(np.int8), (False, True)),
            "segment": named(c.segment, SEGMENTS),
            "rfm.recency_days": figures(c.recency_days, c.bought),
            "rfm.frequency": c.frequency.tolist(),
            "rfm.monetary_minor": c.monetary_minor.tolist(),
            "rfm.r": Few(np.where(c.bought, c.r, 0), _RANKS),
            "rfm.f": Few(np.where(c.bought, c.f, 0), _RANKS),
            "rfm.m": Few(np.where(c.bought, c.m, 0), _RANKS),
            "rfm.segment": named(c.raw_segment, SEGMENTS),
            "rfm.named": named(c.named, NAMED, c.bought),
            "rfm.chinese": named(c.chinese, CHINESE, c.bought),
            "tier": named(c.tier, TIERS),
            "stage": named(c.stage, STAGES),
            "status": named(c.status, STATUSES, c.bought),
            "key_account": Few(c.key_account.astype(np.int8), (False, True)),
            "churn_risk": figures(c.churn_risk, c.bought),
            "churn_band": named(c.churn_band, BANDS, c.churn_band >= 0),
            "clv_minor": figures(c.clv_minor, c.bought),
            "currency": Same(currency),
            "care.health": figures(c.care_health, c.bought),
            "care.priority": figures(c.care_priority, c.care_priority_known),
            "care.coverage": figures(c.care_coverage, c.care_coverage > 0),
            "care.cs": figures(c.care_cs, c.care_cs_known),
            "care.cl": figures(c.care_cl, c.bought),
            "care.cv": figures(c.care_cv, c.bought),
            "care.ce": figures(c.care_ce, c.experience_known),
            "care.cf": figures(c.care_cf, c.care_cf_known),
            "unknown": _unknown(c),
            "versions.policy": Same(c.policy_version),
            "versions.thresholds": Same(c.thresholds_version),
        }

    def card(self, i: int, customer: str) -> dict[str, Any]:
        """events.md section 4, `card`; unknown is null plus a code in `unknown`, which may be shared by cards."""
        card: dict[str, Any] = {"customer": customer}
        for path, field in self.fields.items():
            value = value_on(field, i)
            outer, dot, inner = path.partition(".")
            if dot:
                card.setdefault(outer, {})[inner] = value
            else:
                card[outer] = value
        return card


def _unknown(c: Columns) -> Few:
    """The codes of each card's nulls: one mapping for all cards that are alike in what `_codes_of_nulls` asks."""
    asked = (
        c.bought,
        np.where(c.experience_known, _KNOWN, c.experience_ever),
        np.where(c.evaluation_known, _KNOWN, c.evaluation_ever),
        c.evolution_known,
        c.strength_known,
        c.reciprocity_known,
        c.churn_band >= 0,
        c.care_priority_known,
        np.where(c.care_cs_known, _KNOWN, c.care_cs_ever),
        np.where(c.care_cf_known, _KNOWN, c.care_cf_ever),
    )
    told, codes = np.unique(np.ravel_multi_index(asked, _ASKED), return_inverse=True)
    answers = zip(*(each.tolist() for each in np.unravel_index(told, _ASKED)), strict=True)
    return Few(codes, [_codes_of_nulls(*each) for each in answers])


@lru_cache(maxsize=4096)
def _codes_of_nulls(
    bought: int,
    felt: int,
    said: int,
    evolving: int,
    strong: int,
    mutual: int,
    banded: int,
    urgent: int,
    satisfied: int,
    answered: int,
) -> dict[str, str]:
    """The codes of a card's nulls; `felt`, `said`, `satisfied`, `answered`: _KNOWN, else whether ever any."""
    unknown = {} if bought else dict(_NO_PURCHASE)
    thin = {"scores.experience": felt, "scores.evaluation": said, "care.cs": satisfied, "care.ce": felt}
    for name, ever in {**thin, "care.cf": answered}.items():
        if ever != _KNOWN:
            unknown[name] = "too_few" if ever else "no_events"
    if not evolving:
        unknown["scores.evolution"] = "no_events"
    if not strong:
        unknown["scores.strength"] = "no_events"
    if not mutual:
        unknown["scores.reciprocity"] = "no_outbound"
    if banded:
        unknown.pop("churn_band", None)
    if urgent:
        unknown.pop("care.priority", None)
    if not bought and _KNOWN not in (felt, satisfied, answered):
        unknown["care.coverage"] = "no_events"
    return unknown
