"""Did the customer get what was promised and expected? 期望与实际差距

Source: checklist.md section 5. Deliveries of 365 d with a promise: days between the local day of delivery and the
promised one, late above 0, early below; mean, worst, share late. Answers of kind expectation in one survey: the
question `expected` against `experienced` (without it the main rating), both on 0 to 1: gap = experienced - expected.
Example: promised for the 3rd, delivered on the 5th: 2 days late. Expected 4 of 5, experienced 2 of 5: gap -.5.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, Final

from common.contracts.fields import FIRST_YEAR, LAST_YEAR
from scoring.domain.policy.read_rule import OneOrMore
from scoring.domain.portrait.past import Deed, Past, micro, names, within
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import local_day

EXPECTATION: Final = "expectation"
EXPECTED: Final = "expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationRule:
    window_days: OneOrMore


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryGap:
    """Days late above 0, early below; `late_share` 0 to 1 of `n` deliveries with a promise."""

    mean_days: float
    worst_days: int
    late_share: float
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGap:
    """Mean of experienced less expected, -1 to 1, over `n` surveys, of one touchpoint."""

    touchpoint: str
    mean_gap: float
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationGap:
    """`answers`: worst first."""

    delivery: Annotated[DeliveryGap | None, Unknown.NO_EVENTS]
    answers: tuple[AnswerGap, ...]


def expectation_gap(past: Past, rule: ExpectationRule, zone: tzinfo) -> ExpectationGap | Unknown:
    """The gaps of the window; NO_EVENTS when nothing was promised and nothing asked."""
    delivery = _delivery(past, rule, zone)
    answers = _answers(past, rule)
    if delivery is None and not answers:
        return Unknown.NO_EVENTS
    return ExpectationGap(delivery=delivery, answers=answers)


def _delivery(past: Past, rule: ExpectationRule, zone: tzinfo) -> DeliveryGap | None:
    late: list[tuple[int, Deed]] = []
    for deed in within(past.of("order.delivered"), rule.window_days):
        promised = _instant(deed.data.get("promised_at"))
        if promised is not None:
            late.append((local_day(deed.at, zone) - local_day(promised, zone), deed))
    if not late:
        return None
    days = [each for each, _ in late]
    return DeliveryGap(
        mean_days=micro(sum(days) / len(days)),
        worst_days=max(days),
        late_share=micro(sum(each > 0 for each in days) / len(days)),
        n=len(late),
        events=names(deed for _, deed in late),
    )


def _instant(told: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        return None
    if not isinstance(found, datetime) or found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    return found


def _answers(past: Past, rule: ExpectationRule) -> tuple[AnswerGap, ...]:
    gaps: dict[str, list[tuple[float, Deed]]] = {}
    for deed in within(past.of("survey.answered"), rule.window_days):
        found = _gap(deed)
        if found is not None:
            gaps.setdefault(deed.text("touchpoint") or "relationship", []).append((found, deed))
    told = [
        AnswerGap(
            touchpoint=touchpoint,
            mean_gap=micro(math.fsum(sorted(gap for gap, _ in rows)) / len(rows)),
            n=len(rows),
            events=names(deed for _, deed in rows),
        )
        for touchpoint, rows in gaps.items()
    ]
    return tuple(sorted(told, key=lambda one: (one.mean_gap, one.touchpoint)))


def _gap(deed: Deed) -> float | None:
    told = [(name, quality) for name, kind, quality in deed.answers if kind == EXPECTATION]
    expected = [quality for name, quality in told if name == EXPECTED]
    experienced = [quality for name, quality in told if name != EXPECTED]
    rated = deed.data.get("rating")
    if not experienced and isinstance(rated, Mapping) and rated.get("kind") != EXPECTATION and deed.quality is not None:
        experienced = [deed.quality]
    return _mean(experienced) - _mean(expected) if expected and experienced else None


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
