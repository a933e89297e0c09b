"""Why is the customer in this category: the rule that gave it, what holds it up, what caps it, when it changes?

Source: scoring-model.md section 6. Segment, tier, stage and churn band are explained by the rule that held on the day
that holds them up (guards.py) and by how it stands today; the others by today's rule.
Example: segment high_value, held by 2026-11-02: rfm.r 3 >= 3 and rfm.fm 8 >= 8 that day, today rfm.r 2; falls on
2026-12-03 to active if nothing changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from scoring.domain.explain.conditions import Clause, Rule, deciding, nearest
from scoring.domain.explain.conditions_of_stage import stage_rules
from scoring.domain.explain.conditions_of_tier import severe_rules, tier_rules, trouble_and_cleared
from scoring.domain.explain.conditions_of_value import (
    chinese_rules,
    churn_band_rules,
    key_account_rules,
    named_rules,
    segment_rules,
    status_rules,
)
from scoring.domain.explain.guards import ORDERS, Held, Turn, held, next_turn
from scoring.domain.explain.metrics import values_of
from scoring.domain.explain.parts import Known, look
from scoring.domain.policy.policy import TIERS
from scoring.domain.state.kinds import KINDS

RULES: Final[dict[str, Callable[[Known], list[Rule]]]] = {
    "segment": segment_rules,
    "rfm.segment": segment_rules,
    "rfm.named": named_rules,
    "rfm.chinese": chinese_rules,
    "tier": tier_rules,
    "stage": stage_rules,
    "status": status_rules,
    "key_account": key_account_rules,
    "churn_band": churn_band_rules,
    "severe": severe_rules,
}
OTHERWISE: Final[dict[str, str | bool]] = {
    "segment": "potential",
    "rfm.segment": "potential",
    "tier": "distant",
    "stage": "initial_contact",
    "key_account": False,
    "severe": False,
}
"""What is given where no rule holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The tier that trouble not closed yet takes away, its day and kinds, and the first day without it."""

    at: str
    would_be: str
    trouble_day: int
    kinds: tuple[str, ...]
    ends_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """`clauses`: of the rule that gave the value, on `day`, the last day that it gave it.

    Where no rule did, those of the next better one, which do not all hold. `today`: the same rule on the as-of day,
    where that is another day. `turn`: the next other value; `fall`: the same where it ends what the guard holds.
    """

    value: str | bool
    raw: str | bool | None
    day: int
    rule: str | bool
    clauses: tuple[Clause, ...]
    today: tuple[Clause, ...]
    held: Held | None
    cap: Cap | None
    turn: Turn | None
    fall: Turn | None


def reasons_of(name: str, known: Known) -> Reasons | None:
    """Why a category is what it is; None where it is unknown. The state of `known` ends on its day."""
    value = values_of(name, known.columns)[0]
    if value is None:
        return None
    found = held(name, known) if name in ORDERS else None
    best: Any = value if found is None else found.best
    day = known.day if found is None else found.day
    then = known if day == known.day else look(known.state, day, known.policy, known.thresholds)
    rule = _rule_for(name, best, then)
    again = _same(rule, RULES[name](then), RULES[name](known)) if day != known.day else None
    turn = next_turn(name, known, lambda coming: coming != value)
    return Reasons(
        value=value,
        raw=value if found is None else found.raw,
        day=day,
        rule=rule.value,
        clauses=rule.clauses,
        today=() if again is None else again.clauses,
        held=found if found is not None and found.day != known.day else None,
        cap=_cap(value, best, known) if name == "tier" else None,
        turn=turn,
        fall=turn if turn is not None and found is not None and _is_below(name, turn.value, best) else None,
    )


def _is_below(name: str, one: str | None, other: str) -> bool:
    """Unknown is below all: without a purchase any more there is no churn band, and the guard held the last one."""
    order = ORDERS[name]
    return one is None or order.index(one) < order.index(other)


def _rule_for(name: str, value: str | bool, known: Known) -> Rule:
    """The rule that gave a value; where none did, the one that comes nearest to giving the next better value."""
    rules = RULES[name](known)
    rule = deciding(rules)
    if rule is not None:
        return rule
    return better_rule(name, value, rules) or Rule(value=value, clauses=())


def better_rule(name: str, value: str | bool, rules: list[Rule]) -> Rule | None:
    """The nearest rule to the next better value than this one."""
    if name not in ORDERS:
        return rules[-1] if rules else None
    order = ORDERS[name]
    for better in order[order.index(str(value)) + 1 :]:
        rule = nearest(rules, better)
        if rule is not None:
            return rule
    return None


def _same(rule: Rule, then: list[Rule], now: list[Rule]) -> Rule | None:
    """The rule of today that stands where the rule of the other day stood."""
    at = next((number for number, one in enumerate(then) if one == rule), None)
    return now[at] if at is not None and at < len(now) else None


def _cap(value: str | bool, best: str, known: Known) -> Cap | None:
    if value == best:
        return None
    rule, (trouble, _) = known.policy.severe, trouble_and_cleared(known)
    kinds = tuple(KINDS[kind] for kind in rule.kinds)
    ends = trouble + rule.window_days
    return Cap(at=TIERS[rule.cap], would_be=best, trouble_day=trouble, kinds=kinds, ends_day=ends)
