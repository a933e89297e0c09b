"""On which conditions does the stage rest?

Source: scoring-model.md section 3, Stage; stage.py judges, this says why.
Example: purchases on days 0 and 30: trust_building, by purchase_days 2 >= 1 and purchase_days 2 >= 2.
"""

from scoring.domain.explain.conditions import AT_LEAST, BELOW, Condition, Rule, on_score
from scoring.domain.explain.conditions_of_tier import idle_days, purchases_ever, trouble_and_cleared
from scoring.domain.explain.parts import PURCHASE, Known, buckets_of, purchase_days_of
from scoring.domain.stage import MEETING, QUARTERS
from scoring.domain.state.days import NEVER
from scoring.domain.state.kinds import KINDS


def stage_rules(known: Known) -> list[Rule]:
    """The rules of the raw stage; none: initial_contact."""
    rule, content = known.policy.stage, _no_trouble_since(known)
    return [
        Rule(
            value="long_term",
            clauses=(
                (_tenure(known, rule.long_term_tenure),),
                (_active_quarters(known, rule.long_term_quarters),),
                (on_score("churn_risk", known, BELOW, rule.long_term_risk_below),),
                (on_score("evaluation", known, AT_LEAST, rule.long_term_evaluation, holds_unknown=True),),
                (content,),
            ),
        ),
        Rule(
            value="loyalty",
            clauses=(
                (_tenure(known, rule.loyalty_tenure),),
                (_recent_purchase_days(known, rule.loyalty_within_days, rule.loyalty_purchase_days),),
                (idle_days(known, BELOW, known.policy.status.lost_from),),
                (content,),
            ),
        ),
        Rule(
            value="trust_building",
            clauses=(
                (purchases_ever(known, 1),),
                (purchases_ever(known, rule.trust_purchase_days), _contacts(known, rule.trust_contacts)),
            ),
        ),
    ]


def _tenure(known: Known, least: int) -> Condition:
    days = purchase_days_of(known)
    first = days[0] if days else None
    return Condition(
        name="tenure_days",
        figure=None if first is None else float(known.day - first),
        sign=AT_LEAST,
        limit=least,
        kinds=(PURCHASE,) if days else (),
        days=None if first is None else (first, first),
    )


def _recent_purchase_days(known: Known, within: int, least: int) -> Condition:
    found = [day for day in purchase_days_of(known) if known.day - day < within]
    return Condition(
        name="recent_purchase_days",
        figure=float(len(found)),
        sign=AT_LEAST,
        limit=least,
        kinds=(PURCHASE,),
        days=(known.day - within + 1, known.day),
    )


def _active_quarters(known: Known, least: int) -> Condition:
    personal = {kind for kind, _ in known.policy.personal_weights}
    ages = {known.day - day for day in purchase_days_of(known)}
    ages |= {age for kind, age, _, _ in buckets_of(known) if kind in personal}
    quarters = sum(any(youngest <= age <= oldest for age in ages) for youngest, oldest in QUARTERS)
    return Condition(
        name="active_quarters",
        figure=float(quarters),
        sign=AT_LEAST,
        limit=least,
        kinds=(PURCHASE, *(KINDS[kind] for kind in sorted(personal))),
        days=(known.day - QUARTERS[-1][1], known.day),
    )


def _contacts(known: Known, least: int) -> Condition:
    kinds = (*known.policy.inbound_kinds, MEETING)
    spoken = sum(n for kind, _, n, _ in buckets_of(known) if kind in kinds)
    names = tuple(dict.fromkeys(KINDS[kind] for kind in kinds))
    return Condition(name="contacts_ever", figure=float(spoken), sign=AT_LEAST, limit=least, kinds=names)


def _no_trouble_since(known: Known) -> Condition:
    """1 while a complaint or bad answer after the last purchase is not closed yet."""
    days = purchase_days_of(known)
    trouble, cleared = trouble_and_cleared(known)
    upset = trouble > NEVER and trouble > cleared and trouble > (days[-1] if days else NEVER)
    return Condition(
        name="trouble_since_purchase",
        figure=float(upset),
        sign=BELOW,
        limit=1,
        kinds=tuple(KINDS[kind] for kind in known.policy.severe.kinds) if upset else (),
        days=(trouble, trouble) if upset else None,
    )
