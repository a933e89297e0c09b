"""How regularly does the customer come back, beyond buying? 粘性

Source: checklist.md section 1. Active days ratio: local days with a deed of the customer's own in the last 30 days,
over 30; beside it active weeks of the last 13. NO_EVENTS when they never did anything.
Example: visits today, today again and 29 days ago: 2 active days, ratio .066667; the visit of 30 days ago is outside.
"""

from dataclasses import dataclass

from scoring.domain.policy.read_rule import OneOrMore
from scoring.domain.portrait.past import Past, micro, names, within
from scoring.domain.portrait.unknown import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class StickinessRule:
    window_days: OneOrMore
    window_weeks: OneOrMore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stickiness:
    """`ratio` 0 to 1 of `window_days`; `n` deeds in the window."""

    ratio: float
    active_days: int
    window_days: int
    active_weeks: int
    window_weeks: int
    n: int
    events: tuple[str, ...]


def stickiness(past: Past, rule: StickinessRule) -> Stickiness | Unknown:
    """The active days of the window that ends with the as-of day."""
    own = [deed for deed in past.deeds if deed.is_by_customer]
    if not own:
        return Unknown.NO_EVENTS
    recent = within(own, rule.window_days)
    days = len({deed.age for deed in recent})
    return Stickiness(
        ratio=micro(days / rule.window_days),
        active_days=days,
        window_days=rule.window_days,
        active_weeks=len({deed.age // 7 for deed in within(own, 7 * rule.window_weeks)}),
        window_weeks=rule.window_weeks,
        n=len(recent),
        events=names(recent),
    )
