"""On which conditions does the tier rest, and what is severe?

Source: scoring-model.md section 3, Tier; tier.py and severe.py judge, this says why.
Example: Engagement 20 alone: brand, by the one condition engagement 20 >= 20.
"""

import math

from scoring.domain.decay import TIE
from scoring.domain.explain.conditions import ABOVE, AT_LEAST, BELOW, Condition, Rule, on_score
from scoring.domain.explain.parts import PURCHASE, Known, buckets_of, purchase_days_of
from scoring.domain.explain.parts_of_relationship import both_sides
from scoring.domain.state.days import NEVER
from scoring.domain.state.kinds import KINDS


def tier_rules(known: Known) -> list[Rule]:
    """The rules of the raw tier; none: distant."""
    rule = known.policy.tier
    engagement = on_score("engagement", known, AT_LEAST, rule.face_to_face_engagement)
    return [
        Rule(
            value="intimate",
            clauses=(
                (on_score("strength", known, AT_LEAST, rule.intimate_strength),),
                (on_score("personal_contact", known, AT_LEAST, rule.intimate_personal),),
                (
                    on_score("reciprocity", known, AT_LEAST, rule.intimate_reciprocity, holds_unknown=True),
                    _contact_balance(known),
                ),
                (on_score("evaluation", known, AT_LEAST, rule.intimate_evaluation, holds_unknown=True),),
            ),
        ),
        Rule(
            value="face_to_face",
            clauses=(
                (on_score("personal_contact", known, ABOVE, rule.face_to_face_personal),),
                (purchases_ever(known, 1), engagement),
            ),
        ),
        Rule(
            value="brand",
            clauses=(
                (
                    on_score("engagement", known, AT_LEAST, rule.brand_engagement),
                    on_score("exchange", known, AT_LEAST, rule.brand_exchange),
                    idle_days(known, BELOW, rule.brand_purchase_days),
                ),
            ),
        ),
    ]


def severe_rules(known: Known) -> list[Rule]:
    """Fresh trouble that nobody closed as resolved; none: not severe."""
    trouble, cleared = trouble_and_cleared(known)
    if trouble == NEVER:
        calm = Condition(name="trouble_unresolved", figure=0.0, sign=AT_LEAST, limit=1)
        return [Rule(value=True, clauses=((calm,),))]
    kinds, days = tuple(KINDS[kind] for kind in known.policy.severe.kinds), (trouble, trouble)
    since = Condition(
        name="days_since_trouble",
        figure=float(known.day - trouble),
        sign=BELOW,
        limit=known.policy.severe.window_days,
        kinds=kinds,
        days=days,
    )
    unresolved = Condition(
        name="trouble_unresolved",
        figure=float(trouble > cleared),
        sign=AT_LEAST,
        limit=1,
        kinds=kinds,
        days=days,
    )
    return [Rule(value=True, clauses=((since,), (unresolved,)))]


def trouble_and_cleared(known: Known) -> tuple[int, int]:
    """The last day with a complaint or bad answer, and with something resolved; NEVER without one."""
    rule, last = known.policy.severe, {}
    for kind, age, _, _ in buckets_of(known):
        last[kind] = known.day - age
    trouble = max((last.get(kind, NEVER) for kind in rule.kinds), default=NEVER)
    return trouble, max((last.get(kind, NEVER) for kind in rule.cleared_by), default=NEVER)


def purchases_ever(known: Known, least: int) -> Condition:
    """Days with a live order, of all history."""
    days = len(purchase_days_of(known))
    return Condition(name="purchase_days", figure=float(days), sign=AT_LEAST, limit=least, kinds=(PURCHASE,))


def idle_days(known: Known, sign: str, limit: float) -> Condition:
    """Days since the last purchase; unknown without one."""
    days = purchase_days_of(known)
    if not days:
        return Condition(name="idle_days", figure=None, sign=sign, limit=limit)
    last = days[-1]
    return Condition(
        name="idle_days", figure=float(known.day - last), sign=sign, limit=limit, kinds=(PURCHASE,), days=(last, last)
    )


def _contact_balance(known: Known) -> Condition:
    """By how much the customer's side reaches out more than ours."""
    theirs, ours = both_sides(known)
    return Condition(
        name="contact_balance",
        figure=math.fsum(theirs.values()) - math.fsum(ours.values()),
        sign=AT_LEAST,
        limit=0,
        kinds=tuple(dict.fromkeys((*theirs, *ours))),
        slack=TIE,
    )
