"""Where does each relationship stand on a day? The one scoring function, and the card that is shown and published.

Source: scoring-model.md sections 1, 3 and 8; the card's shape is events.md section 4. Scores of later versions are null
with the reason `not_in_this_version`.

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
from typing import Any, Final

import numpy as np

from scoring.domain.arrays import Arrays
from scoring.domain.bond import bond
from scoring.domain.churn import BANDS, shown_band
from scoring.domain.columns import Columns
from scoring.domain.days import date_of, day_number
from scoring.domain.decay import Flags, Floats, Grid, to_micro
from scoring.domain.policy import SEGMENTS, TIERS, Policy
from scoring.domain.rfm import CHINESE, NAMED, chinese, named
from scoring.domain.segment import segment, shown_segment
from scoring.domain.severe import severe
from scoring.domain.standing import standing
from scoring.domain.status import STATUSES, status
from scoring.domain.thresholds import Thresholds
from scoring.domain.tier import INTIMATE, intimate, intimate_in_guard, shown_tier, tier_without_bond

_LATER_FIELDS: Final = ("scores.trust", "stage", "key_account", "clv_minor")
_LATER_CARE: Final = ("health", "priority", "coverage", "cs", "cl", "cv", "ce", "cf")
_LATER: Final = dict.fromkeys((*_LATER_FIELDS, *(f"care.{name}" for name in _LATER_CARE)), "not_in_this_version")
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
)
_NO_PURCHASE: Final = {**_LATER, **dict.fromkeys(_OF_BUYERS, "no_purchase")}


def score(arrays: Arrays, as_of: date, policy: Policy, thresholds: Thresholds) -> Columns:
    """Every column of the card as of the day, from the states alone. Memory: about 5 kB a customer while it runs."""
    grid = Grid(as_of=day_number(as_of), guard=policy.guard_days, size=arrays.size)
    stands = standing(grid, arrays, policy, thresholds)
    bound = bond(grid.today, arrays, stands.engagement[:1], stands.exchange[:1], policy)
    trouble = severe(grid, arrays.buckets, policy)
    bought, values = stands.bought[0], stands.rfm
    raw_segment = segment(values, stands.bought, policy)
    raw_tier = tier_without_bond(stands, policy)
    close = intimate(bound, stands.personal[:1], policy)[0]
    was_close = intimate_in_guard(grid, arrays, stands, close, policy)
    r, f, m = values.r[0], values.f[0], values.m[0]
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
        named=named(r, f, m, grid.as_of - stands.first[0], policy),
        chinese=chinese(r, f, m),
        raw_tier=np.where(close, np.int8(INTIMATE), raw_tier[0]),
        tier=shown_tier(raw_tier, was_close, trouble, policy),
        status=status(grid, arrays.purchases, values.idle[0], bought, policy),
        churn_risk=np.where(bought, to_micro(stands.risk[0]), 1.0),
        churn_band=shown_band(stands.risk, policy),
    )


def card(columns: Columns, i: int, *, customer: str, currency: str) -> dict[str, Any]:
    """The card of one customer of the batch; for many, make one Cards and ask it."""
    return Cards(columns, currency).card(i, customer)


class Cards:
    """The cards of a batch; turns the columns into Python values once."""

    def __init__(self, columns: Columns, currency: str) -> None:
        self._as_of = date_of(columns.as_of).isoformat()
        self._currency = currency
        self._versions = {"policy": columns.policy_version, "thresholds": columns.thresholds_version}
        c = columns
        self._rows = list(
            zip(
                _known(c.experience, c.experience_known),
                c.experience_ever.tolist(),
                c.engagement.tolist(),
                c.exchange.tolist(),
                _known(c.evaluation, c.evaluation_known),
                c.evaluation_ever.tolist(),
                _known(c.evolution, c.evolution_known),
                _known(c.strength, c.strength_known),
                c.coverage.tolist(),
                c.personal_contact.tolist(),
                _known(c.reciprocity, c.reciprocity_known),
                c.severe.tolist(),
                c.bought.tolist(),
                c.recency_days.tolist(),
                c.frequency.tolist(),
                c.monetary_minor.tolist(),
                c.r.tolist(),
                c.f.tolist(),
                c.m.tolist(),
                c.raw_segment.tolist(),
                c.segment.tolist(),
                c.named.tolist(),
                c.chinese.tolist(),
                c.tier.tolist(),
                c.status.tolist(),
                c.churn_risk.tolist(),
                c.churn_band.tolist(),
                strict=True,
            )
        )

    def card(self, i: int, customer: str) -> dict[str, Any]:
        """events.md section 4, `card`; unknown is null plus a code in `unknown`."""
        (
            felt,
            felt_ever,
            takes_part,
            exchanges,
            said,
            said_ever,
            evolves,
            strong,
            coverage,
            personal,
            mutual,
            trouble,
            bought,
            idle,
            frequency,
            monetary,
            r,
            f,
            m,
            raw_segment,
            segment_,
            named_,
            chinese_,
            tier_,
            status_,
            risk,
            band,
        ) = self._rows[i]
        unknown = dict(_LATER if bought else _NO_PURCHASE)
        if felt is None:
            unknown["scores.experience"] = "too_few" if felt_ever else "no_events"
        if said is None:
            unknown["scores.evaluation"] = "too_few" if said_ever else "no_events"
        if evolves is None:
            unknown["scores.evolution"] = "no_events"
        if strong is None:
            unknown["scores.strength"] = "no_events"
        if mutual is None:
            unknown["scores.reciprocity"] = "no_outbound"
        if band >= 0:
            unknown.pop("churn_band", None)
        return {
            "customer": customer,
            "as_of": self._as_of,
            "scores": {
                "experience": felt,
                "engagement": takes_part,
                "exchange": exchanges,
                "evaluation": said,
                "evolution": evolves,
                "strength": strong,
                "coverage": coverage,
                "trust": None,
                "personal_contact": personal,
                "reciprocity": mutual,
            },
            "severe": trouble,
            "segment": SEGMENTS[segment_],
            "rfm": {
                "recency_days": idle if bought else None,
                "frequency": frequency,
                "monetary_minor": monetary,
                "r": r if bought else None,
                "f": f if bought else None,
                "m": m if bought else None,
                "segment": SEGMENTS[raw_segment],
                "named": NAMED[named_] if bought else None,
                "chinese": CHINESE[chinese_] if bought else None,
            },
            "tier": TIERS[tier_],
            "stage": None,
            "status": STATUSES[status_] if bought else None,
            "key_account": None,
            "churn_risk": risk if bought else None,
            "churn_band": BANDS[band] if band >= 0 else None,
            "clv_minor": None,
            "currency": self._currency,
            "care": dict.fromkeys(_LATER_CARE),
            "unknown": unknown,
            "versions": self._versions,
        }


def _known(scores: Floats, known: Flags) -> list[float | None]:
    return [value if flag else None for value, flag in zip(scores.tolist(), known.tolist(), strict=True)]
