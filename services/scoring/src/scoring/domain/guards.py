"""Which day holds a shown category up, and when does it change if nothing more happens?

Source: scoring-model.md section 3, guards: shown(a) is the best raw value of the days a-G..a, each on events up to it;
the severe cap applies afterwards. Looking ahead is the same question asked of coming days with no event on them.
Example: high_value until 2026-11-02, active since, guard 30: shown high_value, held by 2026-11-02, falls on 2026-12-03.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from scoring.domain.arrays import Arrays
from scoring.domain.churn import BANDS
from scoring.domain.columns import Columns
from scoring.domain.copies import score_days
from scoring.domain.metrics import values_of
from scoring.domain.policy import SEGMENTS, STAGES, TIERS, Policy
from scoring.domain.thresholds import Thresholds

AHEAD_DAYS: Final = 400
ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "segment": SEGMENTS,
    "tier": TIERS,
    "stage": STAGES,
    "churn_band": tuple(reversed(BANDS)),
}
"""The guarded categories, from worst to best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The best raw value of the guard, the last day that had it, and the day's own raw value."""

    best: str
    day: int
    raw: str | None
    guard_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a category becomes on a coming day if nothing happens until then."""

    day: int
    value: Any


def held(name: str, arrays: Arrays, day: int, policy: Policy, thresholds: Thresholds) -> Held | None:
    """What holds a guarded category on a day; None where every day of the guard has none (no purchase)."""
    guard = guard_days(name, policy)
    days = [day - back for back in range(guard + 1)]
    raw: list[str | None] = []
    for _, columns in score_days(arrays, days, unguarded(policy), thresholds):
        raw += raw_values(name, columns)
    known = [value for value in raw if value is not None]
    if not known:
        return None
    best = max(known, key=ORDERS[name].index)
    return Held(best=best, day=days[raw.index(best)], raw=raw[0], guard_days=guard)


def next_turn(
    name: str, arrays: Arrays, day: int, now: Any, policy: Policy, thresholds: Thresholds, *, ahead: int = AHEAD_DAYS
) -> Turn | None:
    """The first coming day on which the metric is another than now; `arrays` know nothing after the day."""
    days = range(day + 1, day + ahead + 1)
    for piece, columns in score_days(arrays, days, policy, thresholds):
        for coming, value in zip(piece, values_of(name, columns), strict=True):
            if value != now:
                return Turn(day=coming, value=value)
    return None


def guard_days(name: str, policy: Policy) -> int:
    """How long the category is held up."""
    return {
        "segment": policy.segment_guard_days,
        "tier": policy.tier.guard_days,
        "stage": policy.stage.guard_days,
        "churn_band": policy.churn.guard_days,
    }[name]


def unguarded(policy: Policy) -> Policy:
    """The policy without guards: what it shows is raw, but for the severe cap."""
    return replace(
        policy,
        segment_guard_days=0,
        tier=replace(policy.tier, guard_days=0),
        stage=replace(policy.stage, guard_days=0),
        churn=replace(policy.churn, guard_days=0),
    )


def raw_values(name: str, columns: Columns) -> Sequence[str | None]:
    """The category of each customer without guard and cap; the columns are those of an unguarded policy."""
    return [TIERS[tier] for tier in columns.raw_tier.tolist()] if name == "tier" else values_of(name, columns)
