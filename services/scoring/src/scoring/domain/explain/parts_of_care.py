"""What makes the care formula, its five factors and the priority what they are?

Source: scoring-model.md sections 3 and 6. Loyalty is the full mark less what the churn risk takes; priority is the
customer's value less the part of it that good health already secures, while severe 50 and half of the value.
Example: CV 8 and health 24: priority 8 - 1.92 = 6.08.
"""

from typing import Final

from scoring.domain.care_formula import satisfaction_table
from scoring.domain.explain.parts import (
    ORDER,
    PURCHASE,
    Contribution,
    Explain,
    Known,
    coverage_of,
    kept_and_missed,
    kinds_of,
    mean_of,
    mean_parts,
)
from scoring.domain.explain.parts_of_relationship import experience_parts
from scoring.domain.explain.parts_of_value import churn_risk_parts, window
from scoring.domain.policy.policy_judgements import CARE_PARTS
from scoring.domain.state.kinds import KINDS


def satisfaction_parts(known: Known) -> list[Contribution]:
    return mean_parts("care.cs", known, known.policy.care.cs, *satisfaction_table())


def loyalty_parts(known: Known) -> list[Contribution]:
    silence, _ = churn_risk_parts(known)
    taken, repeats = -100 * silence.points, float(known.columns.care_cl[0]) - 100.0
    return [
        Contribution("care.full_mark", None, 100.0, ()),
        Contribution("care.cl.silence", PURCHASE, taken, (ORDER,)),
        Contribution("care.cl.repeats", PURCHASE, repeats - taken, (ORDER,)),
    ]


def value_parts(known: Known) -> list[Contribution]:
    cv = float(known.columns.care_cv[0])
    return [Contribution("care.cv.net_money", PURCHASE, cv, (PURCHASE,), window(known))]


def care_experience_parts(known: Known) -> list[Contribution]:
    return experience_parts(known, "care.ce")


def feedback_parts(known: Known) -> list[Contribution]:
    half_life, kinds = known.policy.care.cf_half_life_days, ("feedback_closed", "feedback_missed")
    return kept_and_missed("care.cf", known, float(known.columns.care_cf[0]), half_life, (1.0, 0.5), kinds)


_OF_HEALTH: Final[dict[str, Explain]] = {
    "cs": satisfaction_parts,
    "cl": loyalty_parts,
    "cv": value_parts,
    "ce": care_experience_parts,
    "cf": feedback_parts,
}


def health_parts(known: Known) -> list[Contribution]:
    c = known.columns
    weights = [float(weight[0]) for weight in c.care_weights]
    return mean_of("care", known, _OF_HEALTH, weights, [float(getattr(c, f"care_{name}")[0]) for name in CARE_PARTS])


def care_coverage_parts(known: Known) -> list[Contribution]:
    c, bought = known.columns, bool(known.columns.bought[0])
    flags = (c.care_cs_known[0], bought, bought, c.experience_known[0], c.care_cf_known[0])
    return coverage_of("care.coverage", known, _OF_HEALTH, known.policy.care.weights, flags)


def priority_parts(known: Known) -> list[Contribution]:
    c = known.columns
    cv, priority = float(c.care_cv[0]), float(c.care_priority[0])
    if c.severe[0]:
        kinds = tuple(KINDS[kind] for kind in known.policy.severe.kinds)
        first = known.day - known.policy.severe.window_days + 1
        return [
            Contribution("care.severe", None, 50.0, kinds, (first, known.day)),
            Contribution("care.priority.cv", PURCHASE, priority - 50.0, (PURCHASE,), window(known)),
        ]
    return [
        Contribution("care.priority.cv", PURCHASE, cv, (PURCHASE,), window(known)),
        Contribution("care.priority.health", None, priority - cv, kinds_of(health_parts(known))),
    ]
