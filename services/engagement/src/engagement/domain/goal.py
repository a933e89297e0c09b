"""Was the goal of an occasion met? By the first event of its type after the decision and within its window.

Both arms have a goal from the decision on, so that what came of care can be compared with what came without it
(care-model.md section 4). Worked example: decided on the 1st at noon, `{event: order.completed, within: 30d}`: an order
on the 1st at 11:59 does not count, one on the 31st at noon does, one a second later does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGoal:
    """What is waited for. `customer` is the canonical id."""

    occasion_id: int
    customer: str
    event: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An event that may meet goals; money is what the event itself tells."""

    customer: str
    type: str
    at: datetime
    amount_minor: int | None = None
    currency: str | None = None


def window(decided_at: datetime, within: timedelta) -> tuple[datetime, datetime]:
    """From the decision (exclusive) until the end (inclusive)."""
    return decided_at, decided_at + within


def met_goals(goals: Iterable[OpenGoal], signs: Iterable[Sign]) -> dict[int, Sign]:
    """Occasion -> the earliest event that met its goal."""
    by_kind: dict[tuple[str, str], list[Sign]] = {}
    for sign in sorted(signs, key=lambda sign: sign.at):
        by_kind.setdefault((sign.customer, sign.type), []).append(sign)
    met = {}
    for goal in goals:
        fitting = by_kind.get((goal.customer, goal.event), ())
        found = next((sign for sign in fitting if goal.from_at < sign.at <= goal.until_at), None)
        if found is not None:
            met[goal.occasion_id] = found
    return met


def money_of(data: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """(amount_minor, currency) of an event's data, both or neither."""
    amount, currency = data.get("amount_minor"), data.get("currency")
    if isinstance(amount, int) and amount >= 0 and isinstance(currency, str):
        return amount, currency
    return None, None
