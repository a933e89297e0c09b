"""What was a score or category on each of many days?

Source: scoring-model.md sections 1 and 6: nothing is stored by the day; the customer is judged once a day of the span,
all days in a few calls (copies.py), each on the events up to it. For a category the days of a change are marked. The
more rows a customer has, the fewer days may be asked for.
Example: one order on day 0, status on days 178 to 182: active until day 179, a step to dormant on day 180.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from common.errors import Malformed
from scoring.domain.counted import counted
from scoring.domain.explain.metrics import CATEGORIES, metric_named, values_of
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.copies import most_copies, score_days
from scoring.domain.state.days import date_of, day_number
from scoring.domain.state.state import State

MOST_DAYS: Final = 1100
MOST_JUDGED: Final = 4_000_000  # rows of the customer times days: about 4 s


class HistoryImpossible(Malformed):
    """The span ends before it begins, or is too long to be judged at once."""

    code = "history_impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A category became another on a day."""

    day: date
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A value a day, oldest first."""

    metric: str
    days: Sequence[date]
    values: Sequence[Any]
    steps: Sequence[Step]


def history(metric: str, state: State, *, first: date, last: date, policy: Policy, thresholds: Thresholds) -> History:
    """The metric on each day. Raises ScoreUnknown, HistoryImpossible."""
    name, start, end = metric_named(metric), day_number(first), day_number(last)
    _check_days(end - start + 1, MOST_DAYS, f"From {first} to {last}")
    arrays = pack_states([state])
    most = min(MOST_DAYS, most_copies(arrays, MOST_JUDGED))
    _check_days(end - start + 1, most, f"This customer has a long past, and from {first} to {last}")
    days, values = range(start, end + 1), []
    for _, columns in score_days(arrays, days, policy, thresholds):
        values += values_of(name, columns)
    dates = [date_of(day) for day in days]
    steps = [
        Step(day=day, before=before, after=after)
        for day, (before, after) in zip(dates[1:], pairwise(values), strict=True)
        if before != after and name in CATEGORIES
    ]
    return History(metric=name, days=dates, values=values, steps=steps)


def _check_days(days: int, most: int, span: str) -> None:
    if not 0 < days <= most:
        raise HistoryImpossible(
            f"{span} are {counted(days, 'day', 'days')}: ask for at most {counted(most, 'day', 'days')}, "
            "with `from` before `to`.",
            days=days,
            most=most,
        )
