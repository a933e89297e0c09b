"""Which day holds a shown category up, and when does it change if nothing more happens?

Source: scoring-model.md section 3, guards: shown(a) is the best raw value of the days a-G..a, each on events up to it;
the severe cap applies afterwards. Looking ahead is the same question asked of coming days with no event on them.
Example: high_value until 2026-11-02, active since, guard 30: shown high_value, held by 2026-11-02, falls on 2026-12-03.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from scoring.domain.churn import BANDS
from scoring.domain.columns import Columns
from scoring.domain.explain.metrics import values_of
from scoring.domain.explain.parts import Known
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS, Policy
from scoring.domain.state.copies import most_copies, score_days

AHEAD_DAYS: Final = 400
AHEAD_DAYS_AT_LEAST: Final = 14
MOST_AHEAD: Final = 2_000_000  # rows of the customer times days: about 2 s
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


def held(name: str, known: Known) -> Held | None:
    """What holds a guarded category on the day; None where every day of the guard has none (no purchase)."""
    guard, day = guard_days(name, known.policy), known.day
    raw: list[str | None] = []
    for _, columns in known.once("guard", _guard):
        raw += raw_values(name, columns)
    in_guard = [value for value in raw[: guard + 1] if value is not None]
    if not in_guard:
        return None
    best = max(in_guard, key=ORDERS[name].index)
    return Held(best=best, day=day - raw.index(best), raw=raw[0], guard_days=guard)


def _guard(known: Known) -> Iterable[tuple[Sequence[int], Columns]]:
    longest = max(guard_days(name, known.policy) for name in ORDERS)
    days = [known.day - back for back in range(longest + 1)]
    return score_days(known.arrays, days, unguarded(known.policy), known.thresholds)


def next_turn(name: str, known: Known, is_it: Callable[[Any], bool]) -> Turn | None:
    """The first coming day on which the metric is what is looked for; the state of `known` ends on its day."""
    for days, columns in known.once("ahead", _ahead):
        for day, value in zip(days, values_of(name, columns), strict=True):
            if is_it(value):
                return Turn(day=day, value=value)
    return None


def _ahead(known: Known) -> Iterable[tuple[Sequence[int], Columns]]:
    days = range(known.day + 1, known.day + ahead_days(known) + 1)
    return score_days(known.arrays, days, known.policy, known.thresholds)


def ahead_days(known: Known) -> int:
    """How far is looked ahead: the less far the more rows the customer has."""
    return max(AHEAD_DAYS_AT_LEAST, min(AHEAD_DAYS, most_copies(known.arrays, MOST_AHEAD)))


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
